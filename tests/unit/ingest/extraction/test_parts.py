"""Texts gathered into the package: in the deposit's order, within the case's bound, and nothing of state secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metadata import csip
from preserve.ingest.context import Ingest
from preserve.ingest.extraction import MOST_OF_A_CASE, MOST_OF_A_FILE, parts
from preserve.ingest.extraction.parts import Examined, Gathered, Gathering, extract, write_part
from preserve.ingest.provenance import TakenFile
from tests.support.taking import ingest_in, take
from tests.support.views import document

pytestmark = pytest.mark.xdist_group("extraction")
WORDS = "当事人擅自变更营业性演出内容"


def _gather(ingest: Ingest, folder: Path, *files: TakenFile, own: str = "") -> tuple[list[dict[str, Any]], Gathered]:
    gathering = Gathering(folder, ingest, own)
    for number, file in enumerate(files, 1):
        gathering.add(number, file)
    gathered = gathering.finish()
    written = ingest.information_package / csip.TEXT
    lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    return [json.loads(line) for line in lines], gathered


def _part(ingest: Ingest, folder: Path, *files: TakenFile) -> None:
    write_part(folder, _examined(ingest, *files))


def _examined(ingest: Ingest, *files: TakenFile, first: int = 1) -> list[Examined]:
    data = ingest.data("original")
    return [
        Examined(number, data / file.stored, file.character, file.identification, (data / file.stored).read_bytes())
        for number, file in enumerate(files, first)
    ]


def test_long_text_is_cut_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes((WORDS * 30_000).encode())
    read = extract(path, "plain")
    assert (read.outcome, len(read.text)) == ("cut", MOST_OF_A_FILE)


def test_what_workers_read_is_not_read_again_and_what_is_missing_is(tmp_path: Path) -> None:
    ingest = ingest_in(tmp_path)
    first, second = take(ingest, "一.txt", WORDS.encode()), take(ingest, "二.txt", WORDS.encode())
    folder = tmp_path / "texts"
    folder.mkdir()
    _part(ingest, folder, first)
    (ingest.data("original") / "一.txt").write_text("读过以后改了", encoding="utf-8")
    rows, gathered = _gather(ingest, folder, first, second)
    assert [(row["file"], row["outcome"], row["text"]) for row in rows] == [
        ("一.txt", "text", WORDS),
        ("二.txt", "text", WORDS),
    ]
    assert gathered == Gathered((("text", 2),), ())


def test_a_part_that_is_not_whole_counts_for_nothing(tmp_path: Path) -> None:
    ingest = ingest_in(tmp_path)
    file = take(ingest, "一.txt", WORDS.encode())
    folder = tmp_path / "texts"
    folder.mkdir()
    _part(ingest, folder, file)
    (part,) = folder.iterdir()
    part.write_bytes(part.read_bytes()[:-8])
    rows, _ = _gather(ingest, folder, file)
    assert [row["text"] for row in rows] == [WORDS]


def test_state_secrets_and_the_cases_own_description_stay_out_of_the_index(tmp_path: Path) -> None:
    secret = {**document("询问笔录"), "file": "询问笔录.txt", "classification": "国家秘密"}
    ingest = ingest_in(tmp_path, objects=[secret])
    files = [take(ingest, name, WORDS.encode()) for name in ("询问笔录.txt", "公开.txt", "case.json")]
    rows, gathered = _gather(ingest, tmp_path / "none", *files, own="case.json")
    outcomes = {row["file"]: (row["outcome"], row["text"]) for row in rows}
    assert outcomes == {secret["file"]: ("left-out", ""), "公开.txt": ("text", WORDS)}
    assert [(finding.code, finding.values["count"]) for finding in gathered.findings] == [("ingest.text-left-out", 1)]


def test_of_a_case_that_is_secret_nothing_is_read(tmp_path: Path) -> None:
    ingest = ingest_in(tmp_path, classification="国家秘密")
    rows, _ = _gather(ingest, tmp_path / "none", take(ingest, "一.txt", WORDS.encode()))
    assert [(row["outcome"], row["text"]) for row in rows] == [("left-out", "")]


def test_the_bound_of_the_case_cuts_the_file_that_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OF_A_CASE == 2_000_000
    monkeypatch.setattr(parts, "MOST_OF_A_CASE", len(WORDS) + 3)
    ingest = ingest_in(tmp_path)
    files = [take(ingest, f"{number}.txt", WORDS.encode()) for number in range(3)]
    rows, gathered = _gather(ingest, tmp_path / "none", *files)
    assert [(row["outcome"], len(row["text"])) for row in rows] == [("text", len(WORDS)), ("cut", 3), ("left-out", 0)]
    assert {finding.code for finding in gathered.findings} == {"ingest.text-cut", "ingest.text-left-out"}


def test_a_document_that_cannot_be_read_is_a_note_and_no_failure(tmp_path: Path) -> None:
    ingest = ingest_in(tmp_path)
    (tmp_path / "broken").mkdir()
    file = take(ingest, "一.txt", WORDS.encode())
    (ingest.data("original") / "一.txt").unlink()
    rows, gathered = _gather(ingest, tmp_path / "broken", file)
    assert [row["outcome"] for row in rows] == ["failed"]
    (finding,) = gathered.findings
    assert (finding.code, finding.where, finding.severity) == ("ingest.text-failed", "一.txt", "note")


def test_no_text_is_written_once_the_parts_before_hold_what_is_kept_of_a_case(tmp_path: Path) -> None:
    ingest = ingest_in(tmp_path)
    long = take(ingest, "长.txt", ("长" * MOST_OF_A_FILE).encode())
    folder = tmp_path / "texts"
    folder.mkdir()
    for first in (1, 10):  # each has a little less than the bound of a case
        write_part(folder, _examined(ingest, *[long] * 9, first=first))
    plain, marked = take(ingest, "甲.txt", "甲 乙".encode()), take(ingest, "乙.txt", "机 密".encode())
    looked: list[tuple[int, str]] = []
    rows = _examined(ingest, plain, marked, first=19)
    write_part(folder, rows, lambda number, text: looked.append((number, text)), lambda text: "密" in text)
    assert looked == [(20, "机密")]
    assert sorted(path.name for path in folder.iterdir()) == ["000000001.jsonl", "000000010.jsonl"]
    write_part(folder, _examined(ingest, plain, first=0))  # before what fills the bound
    assert (folder / "000000000.jsonl").exists()
    written, gathered = _gather(ingest, folder, *[long] * 18, plain)
    assert sum(len(row["text"]) for row in written) == MOST_OF_A_CASE
    assert dict(gathered.counts)["left-out"] == 9
