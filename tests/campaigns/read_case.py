"""A case of scans and recordings, from deposit to redaction, by commands alone: what a machine read helps, each time.

Thirty scanned pages are found by a word on one of them, the description is drafted, a cut of 45 seconds that left no
trace in the container is shown by two pictures, and a request's redaction begins with a box on each number.
"""

from __future__ import annotations

import random
import time
import tomllib
from pathlib import Path

from PIL import Image

from preserve.administration.duties import Role
from preserve.services import requests
from tests.support.made_recordings import cut_out, iso_at_top, make_recording
from tests.support.page_scans import CAUSE, NUMBER, PARTY, draw_page, write_scan
from tests.support.people import session, staffed
from tests.support.program import Archive
from tests.support.tiny_case import write_whole_case

PAGES, SCAN, WHOLE, CUT = 30, "证据/扫描件.pdf", "视频/全程.mp4", "视频/剪过.mp4"
AWAY = 45.0  # seconds that are cut out
_WORDS = ("蓝色货车", "停车记录", "沿河仓库", "演出海报", "售票窗口", "值班日志", "消防通道", "音响设备")
_PERSON = ("610102199003074258", "330106198811052711", "440305197506150036", "510104200001013415")


def number_with_digit(seventeen: str) -> str:
    """An identity number with its check digit (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        seventeen + "10X98765432"[sum(int(one) * weight for one, weight in zip(seventeen, weights, strict=True)) % 11]
    )


def make_case(folder: Path, pages: int, seconds: int, chance: random.Random) -> tuple[str, int, list[tuple[int, str]]]:
    """The case; the word that stands on one page alone, that page, and the identity numbers with their pages."""
    word, place = chance.choice(_WORDS), 17 if pages >= 17 else pages - 1
    people = [(page, number_with_digit(one[:17])) for page, one in zip((2, pages), _PERSON, strict=False)]
    scans: list[Image.Image] = []
    for page in range(1, pages + 1):
        rows = [(f"现场检查笔录 第 {page} 页", -1, 60, 40), ("检查人员出示执法证件，当事人在场。", 120, 140, 26)]
        rows += [(f"检查中见{word}一处，已拍照。", 120, 200, 26)] if page == place else []
        rows += [("身份证号码：" + number, 120, 300, 26) for where, number in people if where == page]
        scans.append(draw_page(rows, seal=page % 5 == 0, signature=page % 3 == 0))
    listed = [{"file": SCAN, "kind": "书证", "stage": "调查"}]
    listed += [{"file": file, "kind": "执法视频", "stage": "调查"} for file in (WHOLE, CUT)]
    write_whole_case(folder, case_number=NUMBER, objects=_needed() + listed)
    (folder / SCAN).parent.mkdir()
    (folder / WHOLE).parent.mkdir()
    scans[0].save(folder / SCAN, save_all=True, append_images=scans[1:], resolution=150.0)
    make_recording(folder / WHOLE, iso_at_top, seconds)
    long = make_recording(folder.parent / "long.mp4", iso_at_top, seconds + round(AWAY))
    cut_out(long, seconds / 2, seconds / 2 + AWAY, folder.parent / "cut.mp4").rename(folder / CUT)
    return word, place, people


def _needed() -> list[dict[str, str]]:
    return [
        {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查"},
        {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"},
    ]


def drafted(archive: Archive, folder: Path) -> float:
    """Which share of what a description must say is proposed from the first page of a scan."""
    write_scan(folder / "01" / "0001.jpg", draw_page())
    told = archive.json("describe", "--read", str(folder), "--output", str(folder.parent / "drafted.toml"))
    read = {one["field"]: str(one["value"]) for one in told["read"]}
    wanted = {
        "case_number": NUMBER,
        "cause": CAUSE,
        "name": PARTY,
        "officers": "陈立新",
        "identity": "91420100MA0000000Y",
    }
    values = " ".join(read.values())
    return sum(value in values for value in wanted.values()) / len(wanted)


def story(folder: Path, pages: int, seconds: int, seed: int) -> str:
    """All of it once; raises AssertionError with what is not so."""
    chance, began = random.Random(seed), time.monotonic()
    opened = staffed(folder / "home", wang=Role.EXAMINER)
    archive = Archive(folder / "home")
    word, place, people = make_case(folder / "case", pages, seconds, chance)
    share = drafted(archive, folder / "扫描案")
    assert share >= 0.75, share
    _done(archive, "ingest", str(folder / "case"), "--jobs", "1")
    assert archive.json("search", word)["hits"] == []
    read = archive.json("reading", "run", "--all")
    assert read["status"] == 0, read
    (hit,) = archive.json("search", word)["hits"]
    assert (hit["machine"], hit["place"], hit["page"]) == (True, SCAN, place), hit
    found = archive.json("reading", "findings", NUMBER)["findings"]
    (jump,) = [one for one in found if one["finding"]["code"] == "reading.clock-jump"]
    assert jump["finding"]["where"] == CUT and len(jump["frames"]) == 2, found
    assert abs(jump["at"] - seconds / 2) <= 2, jump
    plan = folder / "方案.toml"
    paper = folder / "扫描案" / "01" / "0001.jpg"
    asked = f"request open --capacity party --name 王某 --purpose 查阅 --paper 身份证明={paper}".split()
    number = archive.json(*asked, "--case", NUMBER, "--object", SCAN)["number"]
    drafted_plan = requests.draft_redactions(session(opened, "wang"), number, plan, draft=True)
    opened.close()
    covered = covered_pages(plan)
    assert {page for page, _ in people} <= covered and drafted_plan.rows >= len(people), plan.read_text()
    took = time.monotonic() - began
    return (
        f"{pages} scanned pages and two recordings of {seconds} s: {share:.0%} of the description drafted; {word} found on "
        f"page {place}; the cut of {AWAY:.0f} s found in the one that has it, and in no other; "
        f"{len(people)} identity numbers on two pages have their boxes. {took:.0f} s in all."
    )


def covered_pages(plan: Path) -> set[int]:
    """The pages on which the drafted redactions propose a box."""
    told = tomllib.loads(plan.read_text(encoding="utf-8"))
    assert {part["confirmed"] for part in told["redaction"]} == {"no"}
    return {int(part["pages"]) for part in told["redaction"]}


def _done(archive: Archive, *arguments: str) -> None:
    done = archive.run(*arguments)
    assert done.returncode in (0, 5), (arguments, done.stdout, done.stderr)


def run(folder: Path, seconds: float, seed: int) -> str:
    """The whole story at the size of the issue, once."""
    return story(folder, PAGES, 90, seed)
