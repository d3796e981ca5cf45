"""What the pool of recordings still keeps of a thing that is being destroyed."""

from __future__ import annotations

from preserve.administration.actor import Actor
from preserve.administration.disposal.removal import Going, Task
from preserve.data_management import pool, pool_records
from preserve.errors import Busy
from storage_adapters.errors import NotErasable, StorageError


def forget_pooled(actor: Actor, going: Going) -> Task | None:
    """Overwrite and remove the pool's bytes of recordings that go; a task where that cannot be done now.

    Of a case all that it holds, of a part those with the bytes of that part. What the pool wrote down of them stays,
    as the ledger does. The bytes go first: an entry that tells of them as gone while they lie there would be
    forgotten for good.
    """
    try:
        with actor.catalogue.read() as connection:
            rows = pool.of_case(connection, going.objid)
            if going.item:
                rows = [row for row in rows if pool.has_bytes(connection, going.objid, going.item, row.sha256)]
        for row in rows:
            pool_records.drop_recording(actor.home, row.file)
            details = {"objid": going.objid, "disposal": going.disposal}
            with actor.catalogue.begin() as connection:
                held = pool.require(connection, actor.home, row.id)
                pool.step(connection, held, pool.CLEARED, details, actor=actor.account, moment=actor.now())
    except NotErasable as error:
        return Task(going.names[-1], "locked", detail=error.where)
    except (Busy, StorageError) as error:
        return Task(going.names[-1], "failed", detail=error.code)
    return None
