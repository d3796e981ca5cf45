"""Founding a house, and an archive in it for each fonds: whole or not at all, and gone on with after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from ulid import ULID

from preserve.administration import founding, passwords
from preserve.administration.appointing import add_person
from preserve.administration.duties import FOUNDER, Role
from preserve.administration.founding import Member
from preserve.administration.people import OF_HOUSE, Person
from preserve.data_management import accounts, fonds, ledger
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.fonds import FondsRow
from preserve.errors import Conflict, MediumProblem, Refused, UsageError
from preserve.home import Home, open_home
from preserve.houses import HOUSE, home_in_house, read_house
from preserve.outputs import check_folder
from preserve.settings import ObjectStore
from storage_adapters.durable import write_file

HOUSED = "house.archive-founded"
"""Entry of the house: that a fonds has an archive, and by which key its ledger is signed."""


_OURS = {"register", ".register.founding", "fonds"}


def found_house(path: Path, institution: str, language: str, store: ObjectStore | None = None) -> Home:
    """Make a house at `path`, with the archive that is its register. Raises Conflict where something lies there.

    With `store` the register and each fonds keep packages and records in that bucket, below keys of their own.
    The file that makes a folder a house is written last; a run that was killed before is gone on with.
    """
    if (path / HOUSE).exists():
        raise Conflict("house.exists", str(path))
    check_folder(path.parent, None)
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise MediumProblem("home.unwritable", str(path), reason=error.strerror or str(error)) from error
    strange = sorted(entry.name for entry in path.iterdir() if entry.name not in _OURS)
    if strange:
        raise Conflict("house.not-empty", str(path), name=strange[0])
    register = path / "register"
    if not (register / "preserve.toml").is_file():
        founding.found(
            register, institution=institution, policy="compact", store=store, digests=["sha256"], language=language
        )
    (path / "fonds").mkdir(mode=0o750, exist_ok=True)
    write_file(path / HOUSE, f'house_id = "{str(ULID()).lower()}"\n'.encode(), durable=True)
    return open_home(register)


def house_of(home: Home) -> Path:
    """The house whose register this archive is. Raises UsageError where it is none."""
    house = home.path.parent
    if home.path.name != "register" or not (house / HOUSE).is_file():
        raise UsageError("house.not-its-register", str(home.path))
    read_house(house)
    return house


@dataclass(frozen=True, slots=True)
class First:
    """Who is the first to act in a new archive: its security administrator, who appoints all others."""

    account: str
    person: str
    os_user: str = ""


def add_fonds(archive: Archive, row: FondsRow, first: First, actor: Person) -> tuple[Home, str]:
    """Enter a fonds in the register of the house and found its archive; return that and the first password.

    What a killed run had begun is gone on with by the same call. Raises Conflict where the fonds has its archive.
    """
    house = house_of(archive.home)
    moment = archive.now()
    with archive.catalogue.begin() as connection:
        known = {one.code: one for one in fonds.all_fonds(connection)}.get(row.code)
        if known is None or known.name != row.name or housed(connection, row.code):
            fonds.enter(connection, row, actor=actor.account, moment=moment)
        else:
            row = known
    place, founder = house / "fonds" / row.code, f"{OF_HOUSE}{actor.account}"
    if not (place / "preserve.toml").is_file():
        founding.found_member(place, row.name, archive.home, Member(row.code, founder))
    with opened(house, row.code) as own:
        password = _first_person(own, row, first, Person(founder, founder, FOUNDER, founder=True))
        home = own.home
        with own.catalogue.read() as connection:
            founded = ledger.of_action(connection, "archive.founded")[0]
    with archive.catalogue.begin() as connection:
        details = {"archive": home.settings.archive_id, "public_key_sha256": founded.details["public_key_sha256"]}
        ledger.append(
            connection, action=HOUSED, subject=row.code, actor=actor.account, details=details, moment=archive.now()
        )
    return home, password


def _first_person(own: Archive, row: FondsRow, first: First, founder: Person) -> str:
    """Enter the fonds in its own register, and who appoints all others; the password that this run may show."""
    with own.catalogue.begin() as connection:
        if not fonds.all_fonds(connection):
            fonds.enter(connection, row, actor=founder.account, moment=own.now())
        known = any(account.name == first.account for account in accounts.all_accounts(connection))
    if known:
        return passwords.reset_password(own.catalogue, first.account, actor=founder, moment=own.now())
    role = Role.SECURITY_ADMINISTRATOR.value
    return add_person(
        own.catalogue,
        first.account,
        person=first.person,
        roles=[role],
        os_user=first.os_user,
        actor=founder,
        moment=own.now(),
    )


def housed(connection: Connection, code: str) -> dict[str, str]:
    """What the house's ledger says of the archive of a fonds; empty where it has none yet."""
    entries = ledger.about(connection, code, HOUSED)
    return dict(entries[0].details) if entries else {}


def with_archives(archive: Archive) -> list[FondsRow]:
    """The fonds of a house that have an archive, in the order of entering."""
    with archive.catalogue.read() as connection:
        return [row for row in fonds.all_fonds(connection) if housed(connection, row.code)]


@contextmanager
def opened(house: Path, code: str) -> Iterator[Archive]:
    """The archive of a fonds. Raises UsageError where there is none, Refused where it is another's."""
    archive = open_archive(home_in_house(house, code))
    try:
        if archive.home.settings.fonds != code:
            raise Refused("house.not-its-archive", str(archive.home.path), fonds=code)
        yield archive
    finally:
        archive.seal()
        archive.close()


def close_fonds(archive: Archive, code: str, until: str, reason: str, actor: Person) -> FondsRow:
    """Close a fonds in the register of the house and in its own archive, which takes no case of a later day.

    Raises Conflict where both have it closed already.
    """
    house = house_of(archive.home)
    with opened(house, code) as own, own.catalogue.begin() as connection:
        if fonds.require(connection, code).is_open:
            fonds.close(connection, code, until, reason, actor=f"{OF_HOUSE}{actor.account}", moment=own.now())
        until = fonds.require(connection, code).until
    with archive.catalogue.begin() as connection:
        fonds.close(connection, code, until, reason, actor=actor.account, moment=archive.now())
        return fonds.require(connection, code)


def number_fonds(archive: Archive, code: str, number: str, paper: str, actor: Person) -> FondsRow:
    """Write down the 全宗号 that was given, in the register of the house and in the archive. Raises Conflict.

    The register comes first, since it alone knows the numbers of all others; a run that was killed between the two is
    gone on with.
    """
    house = house_of(archive.home)
    with archive.catalogue.read() as connection:
        fonds.require(connection, code)
    # Nobody waits for the register while another archive is opened; that no other step of the house comes in between,
    # the caller's lock sees to.
    with opened(house, code) as own, own.catalogue.read() as connection:
        in_archive = fonds.require(connection, code).number
    with archive.catalogue.begin() as connection:
        row = fonds.require(connection, code)
        if in_archive == row.number or row.number != number:
            fonds.number(connection, code, number, paper, actor=actor.account, moment=archive.now())
    with opened(house, code) as own, own.catalogue.begin() as connection:
        fonds.number(connection, code, number, paper, actor=f"{OF_HOUSE}{actor.account}", moment=own.now())
        return fonds.require(connection, code)


def limit_fonds(archive: Archive, code: str, quota: int, reason: str, actor: Person) -> FondsRow:
    """Set how many bytes a fonds may take: in the register of the house, and in its archive, which keeps to it."""
    house = house_of(archive.home)
    with opened(house, code) as own, own.catalogue.begin() as connection:
        fonds.limit(connection, code, quota, reason, actor=f"{OF_HOUSE}{actor.account}", moment=own.now())
    with archive.catalogue.begin() as connection:
        fonds.limit(connection, code, quota, reason, actor=actor.account, moment=archive.now())
        return fonds.require(connection, code)
