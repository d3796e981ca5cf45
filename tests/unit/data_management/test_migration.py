"""A catalogue from before people, places and text could be searched for is brought up to date with what it knows."""

import hashlib
import json
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

import preserve.data_management
from preserve.data_management import checkpoints, ledger, retention_index, search
from preserve.data_management.database import open_catalogue
from preserve.data_management.facets import Filters
from preserve.data_management.merkle import Frontier

pytestmark = pytest.mark.sqlite

DESCRIPTION = {
    "case_type": "penalty",
    "start": "2026-01-05",
    "closed": "2026-03-12",
    "classification": "internal",
    "officers": [{"name": "陈立新", "number": "110233"}],
    "objects": [{"file": "a.mp4", "kind": "现场录像", "stage": "investigation", "device": "DSJ-A20031"}],
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "c.sqlite"
    settings = Config()
    settings.set_main_option("script_location", str(Path(preserve.data_management.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0004")
        connection.execute(
            text(
                "INSERT INTO cases VALUES ('o', 'n', '', 't', 'penalty', '', 'p', 'internal', NULL, '2026-03-12', 0, :d)"
            ),
            {"d": json.dumps(DESCRIPTION)},
        )
        rows = text("INSERT INTO search (objid, field, place, shown, words) VALUES ('o', 'title', '', :s, :w)")
        connection.execute(rows, {"s": "擅自举办演出", "w": "擅 自 举 办 演 出"})
    engine.dispose()
    return path


def test_what_was_found_is_found_again_and_filters_hold(old: Path) -> None:
    catalogue = open_catalogue(old)
    with catalogue.read() as connection:
        for words, filters in (
            ("演出", Filters()),
            ("", Filters(officer="陈立新")),
            ("举办", Filters(device="a20031", stage="investigation")),
            ("演出", Filters(since="2026-01-05", until="2026-01-05")),
        ):
            assert [hit.objid for hit in search.find(connection, words, filters)] == ["o"]
        assert search.find(connection, "演出", Filters(officer="王晓梅")) == []
    catalogue.close()


def test_days_of_recordings_are_to_be_counted_again_and_other_days_stay(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    settings = Config()
    settings.set_main_option("script_location", str(Path(preserve.data_management.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0009")
        row = text("INSERT INTO retention VALUES (:objid, :item, :facts, 'r', '2031-01-01', '', '2031-01-01')")
        connection.execute(row, {"objid": "with", "item": "", "facts": '{"objects":[[0,0,"",""],[1,0,"",""]]}'})
        connection.execute(row, {"objid": "with", "item": "o-1", "facts": '{"objects":[[1,0,"",""]]}'})
        connection.execute(row, {"objid": "without", "item": "", "facts": '{"objects":[[0,1,"",""]]}'})
    engine.dispose()
    catalogue = open_catalogue(path)
    with catalogue.begin() as connection:
        assert [row.objid for row in retention_index.all_rows(connection)] == ["without"]
        assert retention_index.to_be_counted(connection)
        retention_index.counted(connection)
        assert not retention_index.to_be_counted(connection)
    catalogue.close()


@pytest.mark.parametrize("signed", [0, 300, 700])
def test_tiles_are_filled_as_far_as_the_ledger_was_signed(tmp_path: Path, signed: int) -> None:
    path = tmp_path / "c.sqlite"
    settings = Config()
    settings.set_main_option("script_location", str(Path(preserve.data_management.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    leaves = [hashlib.sha256(str(number).encode()).digest() for number in range(700)]
    with engine.connect() as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0010")
        rows = [{"number": number, "leaf": leaf} for number, leaf in enumerate(leaves, 1)]
        connection.execute(text("INSERT INTO ledger (number, entry, leaf) VALUES (:number, '{}', :leaf)"), rows)
        if signed:
            row = text(
                "INSERT INTO checkpoints (size, root, made, note, signature, key) VALUES (:s, '', '', '', '', '')"
            )
            connection.execute(row, {"s": signed})
    engine.dispose()
    catalogue = open_catalogue(path)
    with catalogue.read() as connection:
        tree = checkpoints.tree(connection)
        assert (tree.size(), tree.root(0, signed)) == (signed, Frontier().add_all(leaves[:signed]).root())
    catalogue.close()


def test_a_ledger_with_a_hole_is_opened_so_that_it_can_be_judged(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    settings = Config()
    settings.set_main_option("script_location", str(Path(preserve.data_management.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0010")
        connection.execute(text("INSERT INTO ledger (number, entry, leaf) VALUES (2, '{}', '')"))
        row = "INSERT INTO checkpoints (size, root, made, note, signature, key) VALUES (2, '', '', '', '', '')"
        connection.execute(text(row))
    engine.dispose()
    catalogue = open_catalogue(path)
    with catalogue.read() as connection:
        assert ledger.size(connection) == 2
    catalogue.close()
