"""What somebody with the database and the store, but not the key, does to the ledger is refused or named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from preserve.data_management import checkpoints, ledger
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("witnesses")


def deed(number: int) -> tuple[str, ...]:
    """A command that adds one entry and closes no segment."""
    return ("user", "add", f"p{number}", "--person", f"某甲{number}", "--role", "auditor")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive in which something was done after the last segment was closed."""
    archive = found(tmp_path_factory.mktemp("witnesses") / "archive")
    for command in map(deed, (1, 2, 3)):
        assert archive.run(*command).returncode == 0
    return archive


@pytest.fixture
def archive(looked: Archive, tmp_path: Path) -> Archive:
    """The same archive in a folder of its own."""
    shutil.copytree(looked.home, tmp_path / "archive")
    return Archive(tmp_path / "archive")


def change(archive: Archive, *statements: str) -> None:
    """Change the catalogue as anybody can who may write the file."""
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()


def query(archive: Archive, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        return base.execute(statement).fetchall()


def entries(archive: Archive) -> list[dict[str, object]]:
    return [json.loads(text) for (text,) in query(archive, "SELECT entry FROM ledger ORDER BY number")]


def verify(archive: Archive) -> tuple[int, list[str]]:
    done = archive.json("ledger", "verify")
    return done["status"], [finding["code"] for finding in done["findings"]]


def forge(archive: Archive, number: int, actor: str) -> None:
    """Another actor in an entry, with the hash that goes with it."""
    ((text,),) = query(archive, f"SELECT entry FROM ledger WHERE number = {number}")
    data = json.loads(str(text)) | {"actor": actor}
    row = ledger.row_of(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        base.execute("UPDATE ledger SET entry = ?, leaf = ? WHERE number = ?", (row["entry"], row["leaf"], number))
        base.commit()


def append(archive: Archive) -> None:
    """One more entry, well formed, by somebody without the key."""
    *_, last = entries(archive)
    data = {**last, "number": int(str(last["number"])) + 1, "actor": "nobody"}
    row = ledger.row_of(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    with closing(sqlite3.connect(archive.home / "catalogue.sqlite")) as base:
        base.execute(
            "INSERT INTO ledger (number, entry, leaf) VALUES (?, ?, ?)",
            [row[name] for name in ("number", "entry", "leaf")],
        )
        base.commit()


def test_every_entry_is_under_a_checkpoint_and_a_deed_makes_no_segment(archive: Archive) -> None:
    ((entries_now, covered),) = query(archive, "SELECT (SELECT max(number) FROM ledger), max(size) FROM checkpoints")
    assert entries_now == covered == 5
    assert [first for first, _, _ in checkpoints.segments(archive.home / "store" / "ledger")] == [1]
    head = checkpoints.parse_checkpoint((archive.home / "store/ledger/checkpoint.txt").read_text(encoding="utf-8"))
    assert head.size == covered
    assert verify(archive) == (0, [])


def test_a_command_that_fails_is_signed_too(archive: Archive) -> None:
    assert archive.run("show", "nothing-of-that-name").returncode != 0
    assert archive.run("hold", "add", "none", "--kind", "litigation", "--reason", "x").returncode != 0
    ((entries_now, covered),) = query(archive, "SELECT (SELECT max(number) FROM ledger), max(size) FROM checkpoints")
    assert entries_now == covered
    assert verify(archive) == (0, [])


CUT = "DELETE FROM ledger WHERE number = 5"
FORGET = "DELETE FROM checkpoints WHERE size = 5"


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (lambda archive: change(archive, CUT), "ledger.entry-missing"),
        (lambda archive: change(archive, CUT, FORGET), "ledger.entry-missing"),
        (lambda archive: forge(archive, 5, "nobody"), "ledger.contradicts-checkpoint"),
        (lambda archive: (change(archive, FORGET), forge(archive, 5, "nobody")), "ledger.contradicts-checkpoint"),
        (append, "ledger.uncovered"),
    ],
    ids=["cut off", "cut off with its checkpoint", "edited", "edited without its checkpoint", "appended"],
)
def test_the_end_of_the_ledger_cannot_be_altered(
    attack: Callable[[Archive], object], code: str, archive: Archive
) -> None:
    attack(archive)
    status, codes = verify(archive)
    assert status == 4
    assert code in codes


@pytest.mark.parametrize("forget", [(), (FORGET,)], ids=["", "with its checkpoint"])
def test_nothing_is_added_to_a_ledger_whose_end_was_cut_off(archive: Archive, forget: tuple[str, ...]) -> None:
    change(archive, CUT, *forget)
    before = query(archive, "SELECT * FROM ledger")
    for command in (("list",), ("ledger", "checkpoint"), ("audit", "run")):
        done = archive.json(*command)
        assert (done["status"], done["error"]["code"]) == (4, "ledger.rolled-back"), command
    assert query(archive, "SELECT * FROM ledger") == before


def test_nobody_acts_on_what_nobody_signed(archive: Archive) -> None:
    """Nothing is done until the catalogue is made again without it; that it was there is told for ever."""
    append(archive)
    before = query(archive, "SELECT number, entry, leaf FROM ledger")
    for command in (("list",), ("ledger", "checkpoint"), ("audit", "run")):
        done = archive.json(*command)
        assert (done["status"], done["error"]["code"]) == (4, "ledger.unsigned"), command
    assert query(archive, "SELECT number, entry, leaf FROM ledger") == before
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert archive.run("list").returncode == 0
    assert [one["action"] for one in entries(archive)][5:] == ["ledger.tail-found"]
    told = entries(archive)[5]["details"]
    assert (told["count"], told["first"], told["last"], len(told["sha256"])) == (1, 6, 6, 64)
    assert verify(archive) == (0, ["ledger.tail-found-noted"])


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t BEFORE INSERT ON ledger BEGIN SELECT RAISE(IGNORE); END",
        "CREATE VIEW v AS SELECT 1",
        "DROP INDEX ledger_by_subject",
        "CREATE INDEX more ON ledger (leaf)",
    ],
)
def test_nothing_is_done_under_another_schema(archive: Archive, statement: str) -> None:
    """A trigger could swallow an entry, another column hide one, with every row as it should be."""
    change(archive, statement)
    done = archive.json("list")
    assert (done["status"], done["error"]["code"]) == (4, "catalogue.schema-altered")
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert archive.run("list").returncode == 0


def ledger_files(archive: Archive, *patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted((archive.home / "store" / "ledger").glob(pattern))]


def remove(*patterns: str) -> Callable[[Archive], None]:
    def act(archive: Archive) -> None:
        for path in ledger_files(archive, *patterns):
            path.unlink()

    return act


def add(name: str, data: bytes = b"x") -> Callable[[Archive], None]:
    return lambda archive: [(archive.home / "store" / "ledger" / name).write_bytes(data), None][1]  # type: ignore[return-value]


def link(archive: Archive) -> None:
    (archive.home / "store" / "ledger" / "segment-0000000009-0000000010.jsonl").symlink_to("/etc/hostname")


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (remove("segment-*"), "ledger.no-segments"),
        (remove("segment-*.jsonl"), "ledger.segment-missing"),
        (remove("segment-*.checkpoint"), "ledger.checkpoint-missing"),
        (remove("checkpoint.txt"), "ledger.head-missing"),
        (remove("ledger.pub"), "ledger.public-key-missing"),
        (remove("*"), "ledger.no-segments"),
        (lambda archive: change(archive, "DELETE FROM checkpoints"), "ledger.no-checkpoints"),
        (lambda archive: change(archive, "DELETE FROM checkpoints WHERE size = 2"), "ledger.checkpoint-row-missing"),
        (
            lambda archive: change(
                archive,
                "UPDATE checkpoints SET peaks = NULL, first_entry = NULL",
                "DELETE FROM checkpoints WHERE size > 2",
            ),
            "ledger.uncovered",
        ),
        (add("evil.exe"), "ledger.stranger"),
        (add("segment-0000000003-0000000004.checkpoint"), "ledger.checkpoint-unreadable"),
        (link, "ledger.stranger"),
    ],
    ids=[
        "segments",
        "entries of a segment",
        "checkpoint of a segment",
        "head",
        "key",
        "all files",
        "all rows",
        "one row",
        "all but the first row",
        "a file more",
        "a false checkpoint",
        "a link",
    ],
)
def test_evidence_that_is_gone_is_named(attack: Callable[[Archive], None], code: str, archive: Archive) -> None:
    attack(archive)
    status, codes = verify(archive)
    assert status == 4
    assert code in codes


def test_a_head_that_was_removed_is_told_for_ever(archive: Archive) -> None:
    remove("checkpoint.txt")(archive)
    assert archive.run("list").returncode == 0
    assert entries(archive)[5]["action"] == "ledger.head-missing"
    assert verify(archive) == (0, ["ledger.head-missing-noted"])


def older(archive: Archive, tmp_path: Path, *commands: tuple[str, ...]) -> None:
    """Put the catalogue of before some commands in its place."""
    shutil.copy(archive.home / "catalogue.sqlite", tmp_path / "older")
    for command in commands:
        assert archive.run(*command).returncode == 0
    for path in archive.home.glob("catalogue.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "older", archive.home / "catalogue.sqlite")


@pytest.mark.parametrize(
    ("commands", "gone"),
    [
        ((deed(4),), ()),
        ((("ledger", "checkpoint"), deed(4)), ()),
        ((("ledger", "checkpoint"),), ("checkpoint.txt",)),
        ((deed(4), ("ledger", "checkpoint")), ("segment-*",)),
    ],
    ids=["a deed", "a segment and a deed", "a segment, without the head", "a segment, which is gone"],
)
def test_an_older_catalogue_is_not_gone_on_with(
    archive: Archive, tmp_path: Path, commands: tuple[tuple[str, ...], ...], gone: tuple[str, ...]
) -> None:
    older(archive, tmp_path, deed(5), *commands)
    remove(*gone)(archive)
    files = {path: path.read_bytes() for path in ledger_files(archive, "*")}
    for command in (("list",), ("ledger", "checkpoint"), ("search", "x")):
        done = archive.json(*command)
        assert (done["status"], done["error"]["code"]) == (4, "ledger.rolled-back"), command
    assert {path: path.read_bytes() for path in ledger_files(archive, "*")} == files
    assert verify(archive)[0] == 4


def test_a_fork_is_refused(archive: Archive, tmp_path: Path) -> None:
    """An older catalogue that was gone on with where nothing said that it is one, then put beside the true store."""
    store = tmp_path / "store"
    shutil.copytree(archive.home / "store", store)
    older(archive, tmp_path, deed(4), ("ledger", "checkpoint"))
    true = tmp_path / "true"
    shutil.move(archive.home / "store", true)
    shutil.move(store, archive.home / "store")
    for number in range(6, 10):
        assert archive.run(*deed(number)).returncode == 0
    shutil.move(archive.home / "store", store)
    shutil.move(true, archive.home / "store")
    done = archive.json("ledger", "checkpoint")
    assert (done["status"], done["error"]["code"]) == (4, "ledger.forked")
    assert verify(archive)[0] == 4


def test_another_key_pair_signs_nothing(archive: Archive, tmp_path: Path) -> None:
    checkpoints.create_keys(tmp_path / "keys")
    for name in ("ledger.key", "ledger.pub"):
        shutil.copy(tmp_path / "keys" / name, archive.home / "keys" / name)
    before = entries(archive)
    for command in (("list",), ("ledger", "checkpoint")):
        assert archive.run(*command).returncode == 4
    assert entries(archive) == before
    status, codes = verify(archive)
    assert status == 4
    assert "ledger.key-swapped" in codes


def test_a_former_key_that_the_ledger_does_not_tell_of_is_not_believed(archive: Archive, tmp_path: Path) -> None:
    checkpoints.create_keys(tmp_path / "keys")
    (archive.home / "keys" / "former").mkdir()
    shutil.copy(tmp_path / "keys" / "ledger.pub", archive.home / "keys" / "former" / "x.pub")
    status, codes = verify(archive)
    assert (status, codes) == (4, ["ledger.key-unknown"])


def test_what_was_lost_with_the_catalogue_is_written_into_the_one_made_again(archive: Archive) -> None:
    for path in archive.home.glob("catalogue.sqlite*"):
        path.unlink()
    done = archive.json("catalogue", "rebuild")
    assert done["entries"] == 3
    assert "catalogue.entries-lost" in [finding["code"] for finding in done["findings"]]
    assert entries(archive)[2]["action"] == "ledger.tail-lost"
    assert archive.run("list").returncode == 0
    assert verify(archive) == (0, ["ledger.tail-lost-noted"])


def test_a_sound_catalogue_is_made_again_whole_where_only_its_witnesses_are_gone(archive: Archive) -> None:
    before = entries(archive)
    remove("segment-*", "checkpoint.txt")(archive)
    done = archive.json("catalogue", "rebuild")
    assert done["ledger_from_old_catalogue"]
    assert entries(archive)[: len(before)] == before
    assert [one["action"] for one in entries(archive)[len(before) :]] == ["ledger.head-missing"]
    assert "ledger.no-segments" in [finding["code"] for finding in done["findings"]]
