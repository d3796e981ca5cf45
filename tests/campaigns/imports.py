"""Five hundred old cases by a list, from three disc images and a drive; the run is killed three times.

Judged from outside: each case is there once, with the bytes that were laid, and the report for the head tells all.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import time
from pathlib import Path

import openpyxl

from metadata.verify import verify_package
from tests.support.many_old_cases import DRIVE, LABELS, Bureau, bureau, number
from tests.support.program import Archive, found, kill

CASES, KILLS, SAMPLE = 500, 3, 20
_LONGEST = 3600.0  # seconds that one run may take


def planned(archive: Archive, told: Bureau, folder: Path) -> str:
    """Plan, answer what is asked, and see that the plan then knows what comes and what does not."""
    made = archive.json("import", "plan", str(told.catalogue), *map(str, told.places), "--list-profile", "volumes")
    assert (made["cases"], made["files"], made["damaged"]) == (told.cases, len(told.laid), 1), made
    campaign = str(made["campaign"])
    asked = 0
    for turn in (1, 2):  # what lies loose on a disc is asked about first; denied, it may be given to a case
        answers = folder / f"answers{turn}.xlsx"
        assert archive.run("import", "show", campaign, "--xlsx", str(answers), lang="zh").returncode == 0
        asked += answered(answers, told)
        assert archive.json("import", "decide", campaign, str(answers))["decisions"] == asked
    assert asked >= 8 + len(told.asked), asked
    shown = archive.json("import", "show", campaign)["campaign"]
    states = {state: count for state, count in shown["counts"].items() if count}
    assert states == {"ready": told.cases - len(told.missing), "missing": len(told.missing)}, states
    assert shown["questions"] == 0, shown
    return campaign


def answered(answers: Path, told: Bureau) -> int:
    """Answer the workbook as somebody does who knows the cases; how many answers that were."""
    book, count = openpyxl.load_workbook(answers), 0
    for sheet in book.worksheets[2:4]:
        for row in range(2, sheet.max_row + 1):
            key, case_number, carrier, path = (str(sheet.cell(row, at).value or "") for at in (1, 2, 5, 6))
            where = LABELS.index(carrier.partition(" ")[2])
            if key.startswith("M"):
                owners = [number(case) for on, top, case in told.folders if on == where and path == top.rstrip("/")]
                assert len(owners) <= 1, owners
                answer = "是" if case_number in owners else "否"
            elif where == DRIVE and path in told.asked:
                answer = number(told.asked[path])
            else:
                continue
            sheet.cell(row, 9).value = answer
            count += 1
    book.save(answers)
    return count


def killed_at(archive: Archive, campaign: str, packages: int, later: float) -> int:
    """Kill a run a moment after so many packages are there; how many there are then."""
    process = archive.start("import", "run", campaign, lang="zh")
    deadline, store = time.monotonic() + _LONGEST, archive.home / "store" / "packages"
    while len(os.listdir(store)) < packages:
        try:
            status = process.wait(0.02)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, packages
        else:
            raise SystemExit(f"the run ended by itself with {status}: {process.communicate()}")
    try:
        process.wait(later)
    except subprocess.TimeoutExpired:
        kill(process)
    else:
        raise SystemExit(f"the run was over before it could be killed at {packages}")
    return len(os.listdir(store))


def finished(archive: Archive, campaign: str) -> None:
    """Go on to the end."""
    process = archive.start("import", "run", campaign, lang="zh")
    said = process.communicate(timeout=_LONGEST)
    assert process.returncode == 0, said


def judged(archive: Archive, campaign: str, told: Bureau, chance: random.Random) -> int:
    """Each case once, whole, with the bytes that were laid; how many originals there are."""
    lines = archive.json("import", "show", campaign, "--size", "10000")["lines"]
    assert [one["case_number"] for one in lines] == [number(case) for case in range(1, told.cases + 1)]
    states = {case: one["state"] for case, one in enumerate(lines, 1)}
    assert states == {case: "missing" if case in told.missing else "kept" for case in states}, states
    objids = {one["objid"]: case for case, one in enumerate(lines, 1) if one["state"] == "kept"}
    packages = {package.name.partition("_")[0]: package for package in archive.packages()}
    assert len(packages) == len(archive.packages()) == len(objids) == told.cases - len(told.missing)
    assert packages.keys() == objids.keys()
    originals = sum(_case(packages[objid], told, case) for objid, case in objids.items())
    for package in chance.sample(sorted(packages.values()), min(SAMPLE, len(packages))):
        assert archive.run("verify", str(package)).returncode == 0, package
    assert archive.run("ledger", "verify").returncode == 0
    assert archive.leftovers() == []
    return originals


def _case(package: Path, told: Bureau, case: int) -> int:
    files = [file for file in package.glob("data/*/representations/original/data/**/*") if file.is_file()]
    papers = [file for file in files if file.suffix == ".txt"]
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in papers]
    assert sorted(digests) == sorted(told.originals(case)), (number(case), files)
    (origin,) = package.glob("data/*/documentation/submission/carriers.json")
    assert number(case) in origin.read_text(encoding="utf-8"), package
    report = verify_package(package, workers=1)
    assert report.intact, (package, report.findings)
    return len(digests)


def reported(archive: Archive, campaign: str, told: Bureau, folder: Path) -> int:
    """The report lists every case, and what is missing, left over and damaged; its pages."""
    done = archive.run("import", "report", campaign, "--output", str(folder), lang="zh")
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(folder / f"import-{campaign}.xlsx", read_only=True)
    _, cases, missing, unlisted, damaged, twice, questions = (_rows(sheet) for sheet in book.worksheets)
    wanted = [number(case) for case in range(1, told.cases + 1)]
    assert [row[1] for row in cases] == wanted
    assert {row[1] for row in missing} == {number(case) for case in told.missing}
    assert {(row[4].partition(" ")[2], row[5]) for row in unlisted} == told.unlisted(), unlisted
    assert told.damaged is not None
    assert [(row[1], row[5]) for row in damaged] == [(number(told.damaged.case), told.damaged.path)], damaged
    copies = [one for one in told.laid if one.case in told.twice]
    assert len(twice) in (len(copies) // 2, len(copies) // 2 - 1), (len(twice), len(copies))
    assert questions == []
    paper = folder / f"import-{campaign}.pdf"
    text = re.sub(r"\s", "", _output("pdftotext", "-raw", str(paper), "-"))
    assert (lost := [one for one in wanted if one not in text]) == [], lost
    assert all(text.count(number(case)) >= 2 for case in told.missing), "told apart from the long list"
    assert all(path.rpartition("/")[2] in text for _, path in told.unlisted())
    return int(re.findall(r"^Pages:\s+(\d+)", _output("pdfinfo", str(paper)), re.MULTILINE)[0])


def _rows(sheet: object) -> list[list[str]]:
    rows = sheet.iter_rows(min_row=2, values_only=True)  # type: ignore[attr-defined]  # the kinds of sheets differ
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def story(folder: Path, cases: int, kills: int, seed: int) -> str:
    """All of it once, in a sentence; raises with what is not so."""
    chance = random.Random(seed)
    archive = found(folder / "archive")
    with bureau(folder, cases, chance) as told:
        began = time.monotonic()
        campaign = planned(archive, told, folder)
        plan_took = time.monotonic() - began
        coming = cases - len(told.missing)
        marks = sorted(chance.sample(range(1, coming * 95 // 100), kills))
        killed = [killed_at(archive, campaign, mark, chance.uniform(0, 0.5)) for mark in marks]
        finished(archive, campaign)
        took = time.monotonic() - began
        originals = judged(archive, campaign, told, chance)
        pages = reported(archive, campaign, told, folder / "report")
        drive = "loop ext4" if told.places[DRIVE].is_mount() else "a folder"
    return (
        f"{cases} listed cases over three disc images and a drive ({drive}): {coming} came in once each, "
        f"{originals} originals as laid by SHA-256, {len(told.missing)} told as missing, {len(told.unlisted())} files as "
        f"unlisted, one damaged left out, {len(told.twice)} cases on two carriers kept once; SIGKILL at "
        f"{', '.join(map(str, killed))} packages; every package and the ledger verify; "
        f"report of {pages} pages lists all. Plan {plan_took:.0f} s, all {took:.0f} s."
    )


def run(folder: Path, seconds: float, seed: int) -> str:
    """The whole story at the size of the issue, once."""
    return story(folder, CASES, KILLS, seed)
