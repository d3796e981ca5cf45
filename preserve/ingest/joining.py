"""Files that were joined to a deposit become files of it: listed, held to their digests, told in its fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from preserve.ingest.declared import Wanted
from preserve.ingest.handed import Handed
from preserve.ingest.receive import Deposit
from preserve.ingest.sources.inventory import Inventory
from preserve.ingest.sources.joined import JoinedSource, entry_of

BY_CLAIM = "pool"
"""What the digests of joined files are said to come from."""


def join(deposit: Deposit, beside: Handed) -> Deposit:
    """The deposit with what goes with it; the same where nothing does."""
    if not beside.joined:
        return deposit
    joined = tuple(replace(one, path=deposit.prefix + one.path) for one in beside.joined)
    files = Inventory([*deposit.files, *(entry_of(one) for one in joined)])
    lines = [deposit.fingerprint, *(f"{one.path}\n{one.sha256}" for one in joined)]
    wanted = dict(deposit.wanted)
    for one in beside.joined:
        wanted[one.path] = (*wanted.get(one.path, ()), Wanted("sha256", one.sha256, BY_CLAIM))
    return replace(
        deposit,
        source=JoinedSource(deposit.source, joined),
        files=files,
        wanted=wanted,
        fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )
