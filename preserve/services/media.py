"""The inventory of media: what is there, where it lies and who answers for it; labels; coming and going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import replace as replace_fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from preserve.administration.duties import Duty
from preserve.archival_storage import media as inventory
from preserve.archival_storage.labels import Form as LabelForm
from preserve.archival_storage.labels import Label, make_labels, read_qr_text
from preserve.archival_storage.labels.of_media import label_of, usual_form
from preserve.archival_storage.media import MediumWish, add_medium
from preserve.archival_storage.opening import attached
from preserve.archival_storage.policy import read_policy
from preserve.data_management import both_logs, holdings
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.errors import NotFound, NotIntact, Refused
from preserve.messages import listed
from preserve.services.operation import Arguments, Look, command, query
from preserve.services.pages import Page
from preserve.services.runs import Runs
from preserve.services.session import Session
from storage_adapters.registry import traits_of

_MANY = Page(size=1000)
_COUNTED = ("planned", "written", "verified", "due", "repaired", "suspect")


@dataclass(frozen=True, slots=True)
class NewMedium:
    """A medium to enter, of a kind that an adapter is installed for; `where` is a path, or what else the kind has.

    `reserve`: bytes that stay free. `endpoint` (URL) and `lock` (what is written is locked) are for buckets; a kind
    takes of these what it knows.
    """

    kind: str
    where: str
    label: str
    place: str = ""
    custodian: str = ""
    reserve: int = 0
    endpoint: str = ""
    lock: bool = False

    def wish(self) -> MediumWish:
        """The same, as the inventory takes it."""
        options = {"reserve": self.reserve, "endpoint": self.endpoint, "lock": self.lock}
        return MediumWish(self.kind, self.where, self.label, self.place, self.custodian, options)


@dataclass(frozen=True, slots=True)
class MediumAdded:
    """A medium that is in the inventory now."""

    medium: MediumRow


@command("media.add", duty=Duty.KEEP, subject=lambda arguments: str(arguments["wish"].label), runs=Runs(resumes=False))
def add(session: Session, wish: NewMedium) -> MediumAdded:
    """Make an empty place a medium of this archive, and enter it.

    Raises UsageError for a kind whose media are not entered so, or a label that another one has; StorageError.
    """
    archive = session.archive
    row = add_medium(archive.home, archive.catalogue, wish.wish(), actor=session.person.account, moment=archive.now())
    return MediumAdded(row)


@dataclass(frozen=True, slots=True)
class MediumListed(MediumRow):
    """A medium, how many copies count on it, when it must be read again, and whether it is connected now."""

    copies: int
    next_check: date | None
    overdue: bool
    attached: bool


@dataclass(frozen=True, slots=True)
class MediaList:
    """Every medium, in the order they were added."""

    media: tuple[MediumListed, ...]


@query("media.list", duty=(Duty.KEEP, Duty.REPORT))
def list_media(session: Session) -> MediaList:
    """Every medium with its place, state and next check. Raises Refused where the storage profile is wrong."""
    archive = session.archive
    profile = read_policy(archive.home.profiles)
    with archive.catalogue.read() as connection:
        rows = holdings.all_media(connection)
        counts = holdings.count_by_medium(connection, _COUNTED)
    here = attached(archive.home, rows)
    today = archive.today()
    media = []
    for row in rows:
        due = inventory.next_check(row, profile)
        media.append(
            MediumListed(
                **{column.name: getattr(row, column.name) for column in fields(row)},
                copies=counts.get(row.id, 0),
                next_check=due,
                overdue=due is not None and due < today,
                attached=row.id in here,
            )
        )
    return MediaList(tuple(media))


@dataclass(frozen=True, slots=True)
class MediumView:
    """One medium, a page of the copies on it by name, and the newest entries of the ledger about it.

    More copies follow after the key `next`, where it is not empty. `removable`: it can be carried, and bears a label.
    """

    medium: MediumRow
    copies: tuple[CopyRow, ...]
    ledger: tuple[dict[str, Any], ...]
    next: str
    removable: bool


@query("media.show", duty=(Duty.KEEP, Duty.REPORT), subject="medium")
def show(session: Session, medium: str, page: Page = _MANY) -> MediumView:
    """What is known of one medium, by identity or label; `page` is of the copies on it.

    Raises Refused; NotIntact where the ledger disagrees.
    """
    with session.archive.catalogue.read() as connection:
        row = inventory.require_medium(connection, medium)
        copies = holdings.copies_on(connection, row.id, after=page.after, limit=page.size + 1)
        entries = both_logs.about(connection, row.id)
    following = copies[page.size - 1].name if len(copies) > page.size else ""
    return MediumView(
        row,
        tuple(copies[: page.size]),
        tuple(entry.data for entry in entries),
        following,
        traits_of(row.kind).removable,
    )


@dataclass(frozen=True, slots=True)
class LabelsMade:
    """A file of labels to print, and what stands on each."""

    path: Path
    labels: tuple[Label, ...]


def named(arguments: Arguments) -> str:
    """The media that are asked for, as they were named."""
    return " ".join(arguments["media"])


def labelled(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """The identities of the media whose labels are asked for."""
    with session.archive.catalogue.read() as connection:
        return {"media": [inventory.require_medium(connection, name).id for name in arguments["media"]]}


@query("media.label", duty=(Duty.KEEP, Duty.REPORT), subject=named, look=Look("media-labels.viewed", labelled))
def label(session: Session, media: Sequence[str], target: Path, form: LabelForm | None = None) -> LabelsMade:
    """Write labels as PDF/A; the archival numbers on the medium stand on them. Raises Refused, ToolMissing."""
    labels = labels_of(session, media)
    make_labels(labels, target, form or usual_form(labels), session.archive.home)
    return LabelsMade(target, tuple(labels))


def labels_of(session: Session, media: Sequence[str]) -> list[Label]:
    """What stands on each. Who keeps the bytes and may not find cases prints identifiers, no case number and title."""
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        labels = [label_of(home, connection, inventory.require_medium(connection, name)) for name in media]
    return labels if session.person.may(Duty.FIND) else [_without_case(label) for label in labels]


def _without_case(label: Label) -> Label:
    numbers = label.archival_numbers if label.numbers_are == "archival" else ()
    return replace_fields(label, archival_numbers=numbers, title=label.name)


@dataclass(frozen=True, slots=True)
class Moved:
    """A medium that was handed over: from where, and to where."""

    medium: str
    label: str
    before: Annotated[str, Field(serialization_alias="from")]
    place: str


@command("media.move", duty=Duty.KEEP, subject="medium")
def move(session: Session, medium: str, *, place: str, custodian: str = "", reason: str = "") -> Moved:
    """Record that a medium goes to another place or person. Raises Refused."""
    with session.archive.catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        inventory.move(
            connection,
            row,
            place=place,
            custodian=custodian,
            reason=reason,
            actor=session.person.account,
            moment=session.archive.now(),
        )
    return Moved(row.id, row.label, row.place, place)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A medium that was seen, where it lies, and packages on it that were destroyed by decision."""

    medium: str
    label: str
    place: str
    destroyed: tuple[str, ...]


@command("media.check_in", duty=Duty.KEEP, subject="seen")
def check_in(session: Session, seen: str, *, place: str = "") -> CheckedIn:
    """Record that a medium was seen: by the text of its QR code, or by looking at the path where it is inserted.

    Raises Refused where the inventory has no such medium, or only a label could tell the copies of one disc apart;
    NotIntact where a label bears another digest than the disc has.
    """
    identity, digest = _recognised(seen)
    with session.archive.catalogue.begin() as connection:
        rows = [row for row in inventory.recognise(connection, identity) if row.state in ("in use", "planned")]
        if not rows:
            inventory.refuse_destroyed(connection, identity)
            raise NotFound("storage.medium-unknown", identity)
        row = rows[0]
        destroyed = inventory.destroyed_on(connection, rows)
        if digest and digest != row.details.get("image_sha256", digest):
            raise NotIntact("storage.label-differs", row.label)
        if len(rows) > 1:
            # The copies of one disc are alike to the last bit; only the label tells them apart.
            raise Refused("storage.which-copy", listed(alike.label for alike in rows))
        inventory.check_in(connection, row, place=place, actor=session.person.account, moment=session.archive.now())
    return CheckedIn(row.id, row.label, place or row.place, tuple(destroyed))


def _recognised(seen: str) -> tuple[str, str]:
    """The identity of a medium, and the digest that its label bears, where a label was read."""
    if seen.startswith("preserve:"):
        return read_qr_text(seen)
    return inventory.look_at(Path(seen).absolute()).identity, ""


@dataclass(frozen=True, slots=True)
class OutOfUse:
    """A medium that is being replaced, or was retired."""

    medium: str
    label: str


@command("media.replace", duty=Duty.KEEP, subject="medium")
def replace(session: Session, medium: str, *, reason: str) -> OutOfUse:
    """Let a medium be replaced: its copies count no more, and are made on others. Raises Refused."""
    with session.archive.catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        inventory.replace(connection, row, reason=reason, actor=session.person.account, moment=session.archive.now())
    return OutOfUse(row.id, row.label)


@command("media.retire", duty=Duty.KEEP, subject="medium")
def retire(session: Session, medium: str, *, reason: str) -> OutOfUse:
    """Take a medium out of use. Raises Refused while it holds copies that count."""
    archive = session.archive
    with archive.catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        policy = read_policy(archive.home.profiles)
        inventory.retire(connection, row, policy, reason=reason, actor=session.person.account, moment=archive.now())
    return OutOfUse(row.id, row.label)
