"""Nobody acts on the index: every column of every table is changed, rows are added and deleted, and each deed refuses."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preserve.access.requests import steps as requests
from preserve.access.transfer import steps as transfers
from preserve.administration import index_check
from preserve.administration.actor import Actor
from preserve.administration.appraisal import steps as appraisals
from preserve.administration.disposal import steps as disposals
from preserve.administration.disposal.executing import execute
from preserve.administration.duties import Role
from preserve.administration.holds import steps as holds
from preserve.administration.people import Person
from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import NotIntact
from preserve.home import Home, open_home
from tests.support.disposing import after_the_pause, aged_office, decide
from tests.support.office import Office, make_office
from tests.support.program import state_of

pytestmark = pytest.mark.xdist_group("ledger-decides")

CHEN = Person("chen", "陈", frozenset({Role.ARCHIVIST}))
WANG = Person("wang", "王", frozenset({Role.EXAMINER}))
HEAD = Person("head", "李", frozenset({Role.HEAD}))

Deed = Callable[[Home, Catalogue], object]


class Desk:
    """An archive whose catalogue is put back after each attempt."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.home = open_home(office.archive.home)
        self.good = office.archive.home.with_name("good.sqlite")
        open_catalogue(self.home).close()
        shutil.copyfile(self.home.catalogue, self.good)

    def put_back(self) -> None:
        for suffix in ("-wal", "-shm"):
            self.home.catalogue.with_name(self.home.catalogue.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.good, self.home.catalogue)

    def alter(self, *statements: str) -> int:
        """Change the tables as whoever has the file can; how many rows it changed."""
        raw = sqlite3.connect(self.home.catalogue)
        raw.execute("PRAGMA foreign_keys=OFF")
        with raw:
            changed = sum(raw.execute(statement).rowcount for statement in statements)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        return changed

    def columns(self, table: str) -> list[str]:
        raw = sqlite3.connect(self.good)
        found = [str(row[1]) for row in raw.execute(f"PRAGMA table_info({table})")]
        raw.close()
        return found

    def refuses(self, deed: Deed) -> None:
        """The deed ends with status 4, and neither ledger nor store has changed."""
        store = sorted(self.home.store.rglob("*"))
        catalogue = open_catalogue(self.home)
        try:
            with catalogue.read() as connection:
                before = ledger.size(connection)
            with pytest.raises(NotIntact) as caught:
                deed(self.home, catalogue)
            assert caught.value.status == 4
            with catalogue.read() as connection:
                assert ledger.size(connection) == before, "something was done"
        finally:
            catalogue.close()
        assert sorted(self.home.store.rglob("*")) == store

    def is_named(self) -> None:
        """`ledger verify` names the table."""
        catalogue = open_catalogue(self.home)
        with catalogue.read() as connection:
            codes = {one.code for one in index_check.compare(self.home, connection)}
        catalogue.close()
        assert codes & {"ledger.contradicts-index", "ledger.contradicts-catalogue"}, codes


def other(column: str) -> str:
    """SQL that gives a column another value, whatever it holds."""
    return f"CASE WHEN typeof({column}) = 'integer' THEN {column} + 1 ELSE coalesce({column}, '') || 'x' END"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A case with requests in three states, a hold, and a transfer that waits for the head."""
    office = make_office(tmp_path_factory.mktemp("desk"))
    office.approved()
    second = office.open()
    office.json("wang", "request", "examine", second)
    office.open()
    office.json("", "hold", "add", office.case, "--kind", "litigation", "--reason", "诉讼")
    office.json("", "transfer", "prepare", office.case, "--archive", "市档案馆", "--basis", "到期")
    return Desk(office)


@pytest.fixture
def altered(desk: Desk) -> Iterator[Desk]:
    yield desk
    desk.put_back()


def withdraw(number: str) -> Deed:
    return lambda home, catalogue: requests.withdraw(Actor(Archive(home, catalogue), CHEN), number, reason="x")


def approve(number: str) -> Deed:
    return lambda home, catalogue: requests.decide(Actor(Archive(home, catalogue), HEAD), number, approve=True)


def examine(number: str) -> Deed:
    return lambda home, catalogue: requests.examine(Actor(Archive(home, catalogue), WANG), number, requests.Opinion())


def release(home: Home, catalogue: Catalogue) -> object:
    return holds.release_hold(Actor(Archive(home, catalogue), WANG), _number(home, "hold"), reason="x")


def hand_on(home: Home, catalogue: Catalogue) -> object:
    return transfers.decide(Actor(Archive(home, catalogue), HEAD), _number(home, "transfer"), approve=True, reason="")


def _number(home: Home, kind: str) -> str:
    folder = {"hold": "holds", "transfer": "transfers", "review": "appraisals", "disposal": "disposals"}[kind]
    return min(path.name for path in (home.store / folder).iterdir())


def requests_of(desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.home.store / "requests").iterdir())


def deeds_of(desk: Desk, kind: str) -> list[tuple[str, Deed]]:
    approved, examined, opened = requests_of(desk)
    return {
        "request": [(approved, withdraw(approved)), (examined, approve(examined)), (opened, examine(opened))],
        "hold": [(_number(desk.home, "hold"), release)],
        "transfer": [(_number(desk.home, "transfer"), hand_on)],
    }[kind]


KINDS = ("request", "hold", "transfer")
COLUMNS = ("kind", "state", "opened", "about", "due", "urgent", "steps", "sha256")


def test_the_columns_are_all_there_are(desk: Desk) -> None:
    assert set(desk.columns("proceedings")) == {"number", *COLUMNS}
    assert set(desk.columns("proceeding_cases")) == {"objid", "number", "place"}


@pytest.mark.parametrize("kind", KINDS)
def test_unaltered_they_go_through(altered: Desk, kind: str) -> None:
    for _, deed in deeds_of(altered, kind):
        catalogue = open_catalogue(altered.home)
        deed(altered.home, catalogue)
        catalogue.close()


@pytest.mark.parametrize(("kind", "column"), list(itertools.product(KINDS, COLUMNS)))
def test_a_changed_proceeding_is_not_gone_on_with(altered: Desk, kind: str, column: str) -> None:
    for number, deed in deeds_of(altered, kind):
        changed = altered.alter(f"UPDATE proceedings SET {column} = {other(column)} WHERE number = '{number}'")
        assert changed == 1
        altered.refuses(deed)
        altered.is_named()
        altered.put_back()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM proceedings WHERE number = '{n}'",
        "DELETE FROM proceeding_cases WHERE number = '{n}'",
        "UPDATE proceeding_cases SET objid = objid || 'x' WHERE number = '{n}'",
        "UPDATE proceeding_cases SET number = number || '9' WHERE number = '{n}'",
        "INSERT INTO proceeding_cases (objid, number, place) VALUES ('aip-other', '{n}', 5)",
    ],
)
def test_rows_added_or_deleted_are_not_acted_on(altered: Desk, kind: str, statement: str) -> None:
    for number, deed in deeds_of(altered, kind):
        assert altered.alter(statement.format(n=number)) == 1
        altered.refuses(deed)
        altered.is_named()
        altered.put_back()


def test_a_forged_request_is_not_delivered(altered: Desk, tmp_path: Path) -> None:
    """Row and record of a request that nobody entered: its steps are in no entry."""
    approved = requests_of(altered)[0]
    forged = approved[:-1] + "9"
    shutil.copytree(altered.home.store / "requests" / approved, altered.home.store / "requests" / forged)
    columns = ", ".join(COLUMNS)
    altered.alter(
        f"INSERT INTO proceedings (number, {columns}) SELECT '{forged}', {columns} FROM proceedings "
        f"WHERE number = '{approved}'"
    )
    done = altered.office.run("", "request", "deliver", forged, "--output", str(tmp_path / "out"))
    assert done.returncode == 4, done.stderr
    shutil.rmtree(altered.home.store / "requests" / forged)


CASE_TABLES = {
    "cases": (
        "case_number",
        "title",
        "case_type",
        "cause",
        "producer",
        "classification",
        "started",
        "closed",
        "long_term",
        "archival_number",
        "description",
    ),
    "versions": ("name", "created", "files", "size", "manifest_sha256", "version"),
    "files": ("representation", "path", "original_name", "size", "sha256", "properties", "source", "identifier"),
    "events": ("kind", "happened", "outcome", "detail", "outcome_detail", "identifier"),
    "copies": ("state", "version", "medium", "name", "part", "parts", "written", "set"),
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in CASE_TABLES.items() for c in columns])
def test_nobody_decides_about_a_case_whose_rows_were_changed(altered: Desk, table: str, column: str) -> None:
    value = "1 - long_term" if column == "long_term" else other(f'"{column}"')
    only = "" if table != "files" else " WHERE representation = 'original'"
    quoted = f'"{column}"'
    assert altered.alter(f"UPDATE {table} SET {quoted} = {value}{only}") >= 1
    altered.refuses(examine(requests_of(altered)[2]))
    altered.is_named()


@pytest.mark.parametrize("table", ["versions", "files", "events", "copies"])
def test_nobody_decides_about_a_case_whose_rows_are_gone(altered: Desk, table: str) -> None:
    altered.alter(f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} LIMIT 1)")
    altered.refuses(examine(requests_of(altered)[2]))
    altered.is_named()


def test_a_false_tombstone_is_named(altered: Desk) -> None:
    altered.alter(
        "INSERT INTO tombstones (objid, item, disposal, state, since, sha256) "
        "SELECT objid, '', 'D2026-0001', 'destroyed', '2026-01-01T00:00:00Z', '' FROM cases"
    )
    altered.refuses(examine(requests_of(altered)[2]))
    altered.is_named()


def test_rows_as_the_archive_made_them_agree(desk: Desk) -> None:
    catalogue = open_catalogue(desk.home)
    with catalogue.read() as connection:
        assert index_check.compare(desk.home, connection) == []
    catalogue.close()


# --- destruction


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, str]:
    """A case that four people decided to destroy, and the number of the disposal."""
    office = aged_office(tmp_path_factory.mktemp("doomed"), "10-years")
    number = decide(office)
    return Desk(office), number


def carry_out(number: str) -> Deed:
    return lambda home, catalogue: execute(Actor(Archive(home, catalogue, after_the_pause), CHEN), number)


ALTERED = [
    *(f"UPDATE proceedings SET {c} = {other(c)} WHERE kind = 'disposal'" for c in COLUMNS),
    "DELETE FROM proceedings WHERE kind = 'disposal'",
    *(f"UPDATE retention SET {c} = {other(c)}" for c in ("facts", "rule", "computed", "decided", "due")),
    "UPDATE retention SET computed = '2000-01-01', due = '2000-01-01'",
    *(f'UPDATE copies SET "{c}" = {other(chr(34) + c + chr(34))}' for c in ("state", "medium", "name", "version")),
    "DELETE FROM copies",
    "UPDATE media SET kind = 'drive'",
    "UPDATE media SET state = 'retired'",
    "DELETE FROM media",
    "UPDATE cases SET closed = '2001-01-01'",
    "UPDATE versions SET manifest_sha256 = 'x'",
    "DELETE FROM files WHERE representation = 'access'",
    "INSERT INTO tombstones (objid, item, disposal, state, since, sha256) "
    "SELECT objid, '', (SELECT number FROM proceedings WHERE kind = 'disposal'), 'begun', '2026-01-01T00:00:00Z', '' "
    "FROM cases",
]


@pytest.mark.parametrize("statement", ALTERED)
def test_nothing_is_destroyed_on_an_altered_index(doomed: tuple[Desk, str], statement: str) -> None:
    desk, number = doomed
    packages = state_of(desk.home.store / "packages")
    try:
        assert desk.alter(statement) >= 1
        _destroys_nothing(desk, number)
        desk.is_named()
    finally:
        desk.put_back()
    assert state_of(desk.home.store / "packages") == packages


def _destroys_nothing(desk: Desk, number: str) -> None:
    catalogue = open_catalogue(desk.home)
    try:
        with pytest.raises(NotIntact) as caught:
            carry_out(number)(desk.home, catalogue)
        assert caught.value.status == 4
        with catalogue.read() as connection:
            gone = [entry.action for entry in ledger.of_action(connection, "case.destruction-begun", "copy.destroyed")]
        assert gone == []
    finally:
        catalogue.close()


def test_a_hold_whose_rows_were_deleted_still_holds(doomed: tuple[Desk, str]) -> None:
    desk, number = doomed
    hold = desk.office.json("", "hold", "add", desk.office.case, "--kind", "litigation", "--reason", "诉讼")["hold"]
    try:
        desk.alter("DELETE FROM proceeding_cases WHERE number LIKE 'H%'", "DELETE FROM proceedings WHERE kind = 'hold'")
        _destroys_nothing(desk, number)
        desk.is_named()
    finally:
        desk.put_back()
        shutil.rmtree(desk.home.store / "holds" / hold["number"])


def test_the_deeds_before_destruction_refuse_too(doomed: tuple[Desk, str]) -> None:
    desk, number = doomed
    review = _number(desk.home, "review")
    for column in COLUMNS:
        desk.alter(f"UPDATE proceedings SET {column} = {other(column)}")
        desk.refuses(
            lambda home, catalogue: disposals.withdraw(Actor(Archive(home, catalogue), CHEN), number, reason="x")
        )
        desk.refuses(
            lambda home, catalogue: appraisals.object_to(Actor(Archive(home, catalogue), WANG), review, [1], reason="x")
        )
        desk.put_back()
