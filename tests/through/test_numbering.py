"""Archival numbers given out while many cases come in at once and some are killed: no gap, no double, once each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from preserve.home import open_home
from preserve.profiles import SHIPPED
from tests.support.program import Archive, found, kill
from tests.support.tiny_case import write_case

pytestmark = pytest.mark.xdist_group("numbering")
BODY = "临江市文化和旅游局"
CASES = 6


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = found(tmp_path / "archive")
    profiles = open_home(made.home).profiles
    profiles.mkdir(exist_ok=True)
    text = (SHIPPED / "numbering.toml").read_text(encoding="utf-8")
    (profiles / "numbering.toml").write_text(text.replace('use = "check"', 'use = "give"'), encoding="utf-8")
    done = made.run("fonds", "add", "culture", BODY, "--number", "J019")
    assert done.returncode == 0, done.stderr
    return made


def numbers(archive: Archive) -> list[str]:
    """The archival numbers of all cases, in their order."""
    return sorted(case["archival_number"] for case in archive.json("list")["cases"])


def ingest_all(archive: Archive, cases: list[Path], *, killed: int) -> None:
    """All at once; the first few die when their package is sealed, which is before they are registered."""
    running = [archive.start("ingest", str(case)) for case in cases]
    for process in running[:killed]:
        while process.poll() is None and archive.log_acts().count("ingest.sealed") < 1:
            try:
                process.wait(0.003)
            except Exception as waiting:  # noqa: BLE001  both kinds of process have a kind of their own
                assert "Expired" in type(waiting).__name__
        kill(process)
    for process in running[killed:]:
        process.communicate(timeout=240)


def test_many_at_once_and_kills_leave_neither_gap_nor_double(archive: Archive, tmp_path: Path) -> None:
    cases = [write_case(tmp_path / f"{n}", case_number=f"临文综罚〔2026〕{n}号") for n in range(1, CASES + 1)]
    ingest_all(archive, cases, killed=3)
    for case in cases:
        done = archive.run("ingest", str(case))
        assert done.returncode == 0 or "in the archive already" in done.stderr, done.stderr
    wanted = [f"J019-ZY·ZF·2026·D30-{n:03}" for n in range(1, CASES + 1)]
    assert numbers(archive) == wanted
    by_number = {number: archive.json("show", number)["case"]["objid"] for number in wanted}
    assert len(set(by_number.values())) == CASES
    assert archive.run("ledger", "verify").returncode == 0
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert {number: archive.json("show", number)["case"]["objid"] for number in wanted} == by_number
    shown = archive.run("fonds", "show", "culture", lang="zh")
    assert re.search(r"ZY·ZF·2026·D30 │ 6 +│ 6 +│ — +│ —", shown.stdout), shown.stdout


def test_the_register_by_commands(archive: Archive, tmp_path: Path) -> None:
    case = write_case(tmp_path / "case", archival_number="J019-ZY·ZF·2025·D30-007")
    checked = archive.run("check", str(case), lang="zh")
    assert "年度写作“2025”，结案年度为 2026" in checked.stdout + checked.stderr
    assert archive.run("ingest", str(case)).returncode == 0
    assert archive.run("fonds", "add", "culture", "别的局").returncode == 3
    assert archive.run("fonds", "add", "sport", "体育局", "--since", "2026-01-01").returncode == 0
    filed = archive.run("fonds", "file", "sport", "临文综罚〔2026〕77号", "--reason", "实为体育局案件", lang="zh")
    assert filed.returncode == 0 and "已把 1 案归入全宗“体育局”" in filed.stderr
    assert archive.run("fonds", "number", "sport", "J020", "--paper", "馆函〔2026〕3号").returncode == 0
    assert archive.run("fonds", "close", "sport", "--until", "2026-04-30", "--reason", "撤销").returncode == 0
    listing = archive.json("fonds", "list")
    assert [(row["code"], row["number"], row["until"], row["cases"]) for row in listing["fonds"]] == [
        ("culture", "J019", "", 0),
        ("sport", "J020", "2026-04-30", 1),
    ]
