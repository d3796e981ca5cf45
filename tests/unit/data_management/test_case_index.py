"""The rows of a case are held to the digests that its registration names, and to the sealed package where it names none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update

from preserve.data_management import case_digests, case_index, ledger
from preserve.data_management.package_index import index_package
from preserve.data_management.proof import anchors
from preserve.data_management.tables import cases, events, files, versions
from preserve.errors import NotIntact
from tests.support.little_packages import NAME, OBJID, write_package

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return tmp_path / "packages"


def _register(connection: Connection, packages: Path, *, with_digests: bool) -> None:
    root = write_package(packages)
    index_package(connection, root)
    details = {"name": NAME, **anchors.details(root)}
    if with_digests:
        details |= case_digests.of_version(connection, OBJID, 1)
    ledger.append(connection, action=anchors.REGISTERED, subject=OBJID, actor="z", details=details, moment=MOMENT)


@pytest.mark.parametrize("with_digests", [True, False])
def test_rows_as_they_were_registered(connection: Connection, packages: Path, with_digests: bool) -> None:
    _register(connection, packages, with_digests=with_digests)
    case_index.require(connection, OBJID, packages.joinpath)
    asked: list[int] = []
    assert list(case_index.compare(connection, packages.joinpath, asked.append)) == []
    assert asked == [1]


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (update(cases).values(title="x"), "cases"),
        (update(cases).values(long_term=True), "cases"),
        (update(files).values(size=4), "files"),
        (delete(events), "files"),
        (update(versions).values(manifest_sha256="0" * 64), "files"),
        (delete(versions), "versions"),
    ],
)
@pytest.mark.parametrize("with_digests", [True, False])
def test_a_row_that_says_something_else_is_found(
    connection: Connection, packages: Path, change: object, table: str, with_digests: bool
) -> None:
    _register(connection, packages, with_digests=with_digests)
    connection.execute(change)
    with pytest.raises(NotIntact) as raised:
        case_index.require(connection, OBJID, packages.joinpath)
    assert raised.value.code in ("ledger.contradicts-index", "ledger.contradicts-catalogue")
    if raised.value.code == "ledger.contradicts-index":
        assert raised.value.values["table"] == table
    found = list(case_index.compare(connection, packages.joinpath, lambda done: None))
    assert [one.code for one in found] == [raised.value.code]


def test_a_newer_identification_is_no_contradiction(connection: Connection, packages: Path) -> None:
    _register(connection, packages, with_digests=True)
    connection.execute(update(files).values(puid="fmt/1", format_name="x"))
    case_index.require(connection, OBJID, packages.joinpath)


def test_a_case_that_nobody_registered_is_found(connection: Connection, packages: Path) -> None:
    index_package(connection, write_package(packages))
    assert [one.where for one in case_index.compare(connection, packages.joinpath, lambda done: None)] == [OBJID]


def test_what_a_registration_did_not_say_is_written_down_from_the_sealed_package(
    connection: Connection, packages: Path
) -> None:
    _register(connection, packages, with_digests=False)
    case_index.anchor(connection, OBJID, packages.joinpath, actor="z", moment=MOMENT)
    assert case_index.said(connection, OBJID)[NAME] == case_digests.of_version(connection, OBJID, 1)
    before = ledger.size(connection)
    case_index.anchor(connection, OBJID, packages.joinpath, actor="z", moment=MOMENT)
    assert ledger.size(connection) == before


def test_an_altered_package_anchors_nothing(connection: Connection, packages: Path) -> None:
    _register(connection, packages, with_digests=False)
    case = packages / NAME / "data" / OBJID / "metadata" / "descriptive" / "case.json"
    case.write_text(case.read_text(encoding="utf-8").replace("演出", "放映"), encoding="utf-8")
    with pytest.raises(NotIntact, match=r"storage\.manifest-altered"):
        case_index.anchor(connection, OBJID, packages.joinpath, actor="z", moment=MOMENT)
