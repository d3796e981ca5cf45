"""`preserve ingest` and `deposits` in this process: statuses, documents, and what a depositor is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from preserve.cli.main import run
from tests.support.small_case import small_archive
from tests.support.tiny_case import write_case


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without a case."""
    folder = tmp_path_factory.mktemp("ingest") / "home"
    small_archive(folder).close()
    return folder


def _run(home: Path, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    status = run(["--home", str(home), "--lang", "en", *map(str, words)])
    said = capsys.readouterr()
    return status, said.out or said.err


def _document(home: Path, capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any]]:
    status, said = _run(home, capsys, "--json", *words)
    document: dict[str, Any] = json.loads(said)
    return status, document


def test_the_status_is_that_of_the_first_failure_and_the_others_are_taken_in(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = [
        write_case(tmp_path / name, case_number=f"临文综罚〔2026〕{number}号") for number, name in enumerate("ab", 1)
    ]
    bad = write_case(tmp_path / "bad", closed="不是日子")
    status, document = _document(home, capsys, "ingest", good[0], bad, tmp_path / "absent", good[1])
    assert status == document["status"] == 3
    assert [(Path(each["sip"]).name, each["ok"]) for each in document["ingests"]] == [
        ("a", True),
        ("bad", False),
        ("absent", False),
        ("b", True),
    ]
    assert document["ingests"][0]["case_number"] == "临文综罚〔2026〕1号"
    assert Path(document["ingests"][0]["location"]).is_dir()


def test_a_case_is_taken_in_once(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_case(tmp_path / "case", case_number="临文综罚〔2026〕5号")
    status, said = _run(home, capsys, "ingest", case)
    assert status == 0
    assert "临文综罚〔2026〕5号" in said
    again, document = _document(home, capsys, "ingest", case)
    assert again == 3
    assert document["error"]["code"] == "ingest.case-known", document


def test_who_handed_in_sees_what_became_of_it(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(home, capsys, "ingest", write_case(tmp_path / "case", case_number="临文综罚〔2026〕6号"))
    refused = write_case(tmp_path / "拒收的案", case_number="临文综罚〔2026〕7号", closed="不是日子")
    _run(home, capsys, "ingest", refused)
    status, said = _run(home, capsys, "deposits")
    assert status == 0
    assert "临文综罚〔2026〕6号" in said
    assert "拒收的案" in said
    _, document = _document(home, capsys, "deposits", "临文综罚〔2026〕6号")
    assert [deposit["case_number"] for deposit in document["deposits"]] == ["临文综罚〔2026〕6号"]


def test_an_archive_that_cannot_be_opened_is_no_deposits_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, document = _document(tmp_path / "nowhere", capsys, "ingest", write_case(tmp_path / "a"), tmp_path / "b")
    assert status != 0
    assert "ingests" not in document
