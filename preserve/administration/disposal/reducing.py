"""Of a case that loses a part: the version without it, made once, that must be whole before the part goes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from metadata.entities import Event, Link
from preserve.administration.actor import Actor
from preserve.administration.disposal.model import Disposal, Entry
from preserve.administration.disposal.removal import Task
from preserve.archival_storage.aip_versions import Change, succeed
from preserve.archival_storage.packing.identifiers import identifier
from preserve.archival_storage.packing.identifiers import person as person_agent
from preserve.archival_storage.policy import read_policy, standing
from preserve.data_management import ledger, versions
from preserve.data_management.proof import anchors
from preserve.errors import PreserveError, Refused, Stopped
from preserve.home import Home
from preserve.messages import say, speaking
from storage_adapters.errors import StorageError


def reduce(
    actor: Actor, disposal: Disposal, entry: Entry, *, watch: Callable[[str], None], progress: Callable[[int], None]
) -> Task | None:
    """Make the version without the part, once; a task where it is not whole on every medium that the policy asks."""
    home, catalogue, item = actor.home, actor.catalogue, entry.item
    with catalogue.read() as connection:
        version = reduced_version(connection, item.objid, disposal.number, item.item)
        newest = versions.read(connection, item.objid)
    if not version:
        watch("reduce")
        change = _change(home, disposal, entry)
        try:
            successor = succeed(home, catalogue, newest.name, change, actor=actor.account, progress=progress)
        except (Refused, Stopped):
            raise
        except (PreserveError, StorageError) as error:
            return Task(newest.name, "failed", detail=f"{error.code} {error.where}")
        version = successor.version
    last = max(newest.version, version)
    with catalogue.read() as connection:
        stands = standing(connection, item.objid, last, read_policy(home.profiles))
    if not stands.sealed:
        missing = ", ".join(f"{kind} {count}" for kind, count in stands.missing)
        return Task(f"{item.objid}_v{last:04}", "successor", detail=missing)
    return None


def reduced_version(connection: Connection, objid: str, disposal: str, item: str) -> int:
    """The version that this disposal made without the part; 0 where there is none yet."""
    changes = [entry.details for entry in ledger.about(connection, objid, anchors.REDUCED)]
    own = [change for change in changes if change.get("disposal") == disposal and change.get("item") == item]
    return int(own[-1]["version"]) if own else 0


def _change(home: Home, disposal: Disposal, entry: Entry) -> Change:
    """What the new version tells: that, by whom and by which decision a part of the case was destroyed."""
    item = entry.item
    when = disposal.begun.when if disposal.begun else disposal.proposed.when
    heads = [disposal.approval.by] if disposal.approval else []
    accounts = dict.fromkeys([disposal.proposed.by, *(signature.by for signature in disposal.supervisors), *heads])
    agents = [person_agent(account) for account in accounts]
    with speaking(home.settings.language):
        reason = say(
            "disposal.premis-reason", number=disposal.number, review=disposal.review, reason=entry.reason or "—"
        )
        detail = say("disposal.premis-detail", identifier=item.item)
    event = Event(
        str(uuid5(NAMESPACE_URL, f"preserve:disposal:{disposal.number}:{item.item}")),
        "deletion",
        when,
        detail,
        "success",
        reason,
        tuple(Link(agent.identifier, "authorizer") for agent in agents),
        # The object itself is no longer in the package: the event is about the case, and names it in words.
        (Link(identifier(item.objid, "entity", item.objid)),),
    )
    return Change(
        action=anchors.REDUCED,
        reason=reason,
        details={"disposal": disposal.number, "item": item.item},
        drop=frozenset({item.item}),
        events=(event,),
        agents=tuple(agents),
    )
