"""A depositor at the command line: checks, hands in, sees what became of it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.office import staff
from tests.support.program import Archive, found
from tests.support.tiny_case import write_case, write_whole_case

NUMBER = "临文综罚〔2026〕77号"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("deposits") / "home")


@pytest.fixture(scope="module")
def token(archive: Archive) -> str:
    return staff(archive, ("depositor",))["depositor"]


@pytest.fixture(scope="module")
def handed_in(archive: Archive, token: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two deposits, one of which is refused."""
    place = tmp_path_factory.mktemp("cases")
    good, wrong = write_whole_case(place / "good"), write_case(place / "wrong", closed="2026-01-01")
    assert archive.run("check", str(good), token=token).returncode == 0
    done = archive.run("--json", "ingest", str(good), str(wrong), token=token)
    assert done.returncode == 3
    assert [deposit["ok"] for deposit in json.loads(done.stdout)["ingests"]] == [True, False]
    return place


def test_what_became_of_each_is_listed(archive: Archive, token: str, handed_in: Path) -> None:
    own = archive.json("deposits", token=token)
    assert [(row["state"], row["case_number"]) for row in own["deposits"]] == [("refused", ""), ("kept", NUMBER)]
    assert (own["deposits"][0]["source"], own["more"]) == ("wrong", False)
    assert "case.closed-before-start" in own["deposits"][0]["reasons"]


@pytest.mark.parametrize(("lang", "words"), [("zh", ("已归档，副本齐全", "已拒收")), ("en", ("every copy", "refused"))])
def test_it_is_said_in_both_languages(
    archive: Archive, token: str, handed_in: Path, lang: str, words: tuple[str, ...]
) -> None:
    done = archive.run("deposits", lang=lang, token=token)
    assert done.returncode == 0
    assert all(word in done.stdout for word in words)
    of_case = archive.run("deposits", NUMBER, lang=lang, token=token)
    assert "调查终结报告" in of_case.stderr


def test_what_others_handed_in_is_not_told_of(archive: Archive, handed_in: Path) -> None:
    """The archivist, who may see the case itself, handed in none of these."""
    assert archive.json("deposits")["deposits"] == []
    done = archive.run("--json", "deposits", NUMBER)
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (3, "ingest.none-of-yours")


@pytest.mark.parametrize("arguments", [["list"], ["show", NUMBER], ["search", "测试"], ["ledger", "verify"]])
def test_nothing_else_opens(archive: Archive, token: str, handed_in: Path, arguments: list[str]) -> None:
    assert archive.run(*arguments, token=token).returncode == 6


def test_an_ingest_is_not_given_up(archive: Archive, token: str, handed_in: Path) -> None:
    assert archive.run("ingest", "--restart", str(handed_in / "good"), token=token).returncode == 6


def test_the_documentation_of_a_tiny_case_is_small(archive: Archive, handed_in: Path, tmp_path: Path) -> None:
    """One that lacks nothing, and one with a sentence for each paper that is not there."""
    assert (
        archive.run("ingest", str(write_case(tmp_path / "lacking", case_number="临文综罚〔2026〕78号"))).returncode == 0
    )
    sizes = [
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        for folder in (archive.home / "store" / "packages").glob("*/data/*/documentation")
    ]
    assert len(sizes) == 2
    assert max(sizes) <= 150_000, sizes
