"""The steps of an export: proposed, decided, begun, written, withdrawn; each by who may take it.

Every export is one: an archive that gives a whole case away, in whatever form, answers for it as for any other
delivery (regulation Art. 21), and whoever proposes it does not decide it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.exporting.model import Begun, Export, Form, Item
from preserve.access.exporting.procedure import EXPORTS, index_details
from preserve.access.exporting.writing import Job, write
from preserve.administration.actor import Actor
from preserve.administration.proceedings import deciding
from preserve.administration.proceedings.deciding import Decision
from preserve.archival_storage.packages import read_version, require_case, require_registered
from preserve.clock import stamp
from preserve.data_management import cases, destroyed
from preserve.data_management.proof.anchors import read_anchor
from preserve.description.fixed_values import Classification
from preserve.errors import NotFound, Refused, UsageError
from preserve.home import Home
from preserve.progress import Progress


def propose(
    actor: Actor, names: Sequence[str], *, receiver: str, purpose: str, form: Form, whole: bool = False
) -> Export:
    """Propose an export of cases, or of the whole archive. Raises Refused where one is unknown, gone or secret."""
    if not receiver.strip() or not purpose.strip() or bool(names) == whole:
        raise UsageError("exporting.incomplete")
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        items = {item.objid: item for item in (item_of(connection, home, name) for name in names)}
        export = Export(
            number=EXPORTS.new_number(home, connection, moment),
            state="proposed",
            step=1,
            proposed=stamp(moment),
            proposed_by=actor.account,
            receiver=receiver.strip(),
            purpose=purpose.strip(),
            form=form,
            whole=whole,
            items=tuple(items.values()),
        )
        details = index_details(export)
        return EXPORTS.open(connection, home, export, actor=actor.account, moment=moment, details=details)


def item_of(connection: Connection, home: Home, name: str) -> Item:
    """A case as it may leave now. Raises Refused where it is unknown, gone or a state secret, NotIntact."""
    objid = require_case(home, connection, name)
    if destroyed.of_case(connection, objid, whole=True):
        raise NotFound("transfer.gone", name)
    case = cases.read(connection, objid)
    if is_secret(case, home):
        raise Refused("exporting.secret", name)
    version = read_version(connection, objid)
    return Item(
        objid=objid,
        package=version.name,
        case_number=case.case_number,
        title=case.title,
        files=version.files,
        size=version.size,
        manifest_sha256=read_anchor(connection, version.name).manifest,
    )


def is_secret(case: cases.Case, home: Home) -> bool:
    """Whether a case holds state secrets that this archive may not give away."""
    return case.description.strictest is Classification.STATE_SECRET and not home.settings.state_secrets


def decide(actor: Actor, number: str, *, approve: bool, reason: str, seen: str = "") -> Export:
    """The head, or whoever decides in the head's place, approves or refuses; never who proposed it.

    `seen` is the digest of the record that was looked at. Raises Changed where it is another by now.
    """
    return deciding.decide(actor, EXPORTS, index_details, number, approve=approve, reason=reason, seen=seen)


def write_out(actor: Actor, number: str, target: Path, *, progress: Progress) -> Export:
    """Write an approved export into the folder `target` and read it back; the same call goes on after a stop.

    Another folder may be named then: each that was begun stands in the record and in the ledger. Raises Refused,
    NotIntact, MediumProblem.
    """
    home, place = actor.home, str(target.absolute())
    with EXPORTS.claimed(home, number, "exporting.busy"):
        export = _begin(actor, number, place)
        items, left_out = _items(actor, export, progress)
        written = write(Job(actor.archive, export, items, left_out, actor.account, progress), target)
        with actor.catalogue.begin() as connection:
            export = EXPORTS.take(connection, home, actor.person, number, "written").record
            counts = {"cases_written": written.cases, "files": written.files, "bytes": written.size}
            return EXPORTS.go_on(
                connection,
                home,
                export,
                "written",
                actor=actor.account,
                moment=actor.now(),
                details={**index_details(export), **counts, "list_sha256": written.list_sha256},
                written=written,
            )


def _begin(actor: Actor, number: str, place: str) -> Export:
    """Write down where it will lie, before a byte does; an export that was begun there already goes on."""
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        export = EXPORTS.take(connection, actor.home, actor.person, number, "begun").record
        if export.begun and export.begun[-1].to == place:
            return export
        begun = Begun(by=actor.account, when=stamp(moment), to=place)
        return EXPORTS.go_on(
            connection,
            actor.home,
            export,
            "begun",
            actor=actor.account,
            moment=moment,
            details=index_details(export),
            begun=(*export.begun, begun),
        )


def _items(actor: Actor, export: Export, progress: Progress) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The cases that are written now, and the objids of those that an export of the whole archive leaves out."""
    home = actor.home
    with actor.catalogue.read() as connection:
        if not export.whole:
            for item in export.items:
                destroyed.refuse(connection, item.package)
                require_registered(home, connection, item.objid)
            return export.items, ()
        items, left_out = [], []
        for objid in cases.objids(connection):
            progress(0)
            gone = destroyed.of_case(connection, objid, whole=True)
            if gone or is_secret(cases.read(connection, objid), home):
                left_out.append(objid)
            else:
                items.append(item_of(connection, home, objid))
    return tuple(items), tuple(left_out)


def withdraw(actor: Actor, number: str, *, reason: str) -> Export:
    """Give an export up. What was begun stays where it lies, and the record says where."""
    if not reason.strip():
        raise UsageError("exporting.reason", number)
    home, moment = actor.home, actor.now()
    with EXPORTS.claimed(home, number, "exporting.busy"), actor.catalogue.begin() as connection:
        export = EXPORTS.take(connection, home, actor.person, number, "withdrawn").record
        return EXPORTS.go_on(
            connection,
            home,
            export,
            "withdrawn",
            actor=actor.account,
            moment=moment,
            details=index_details(export),
            ended=Decision(by=actor.account, when=stamp(moment), reason=reason.strip()),
        )
