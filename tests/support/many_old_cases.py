"""Some hundred old cases as a bureau hands them over: a catalogue of volumes, three discs and a drive, and disorder.

What is laid is written down with its digests, so that whoever judges need not ask the archive.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from storage_adapters.optical.reading import list_files
from tests.support.loop import loop
from tests.support.old_cases import burn

LABELS = ("LJ-01", "LJ-02", "LJ-03", "LJ-DRIVE")
DRIVE = 3
_A_YEAR = 36
_PAPERS = ("立案审批表.txt", "行政处罚决定书.txt", "送达回证.txt", "证据/现场检查笔录.txt")


@dataclass(frozen=True)
class Laid:
    """A file on a carrier; `case` counts from 1, 0 where the list has none for it."""

    case: int
    carrier: int
    path: str
    sha256: str


@dataclass
class Bureau:
    """What was laid where. `asked` files belong to a case, but only a person knows that."""

    cases: int
    catalogue: Path
    places: list[Path]
    missing: set[int]
    namesakes: list[tuple[int, int]]
    laid: list[Laid] = field(default_factory=list)
    folders: set[tuple[int, str, int]] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    twice: set[int] = field(default_factory=set)
    damaged: Laid | None = None

    def originals(self, case: int) -> set[str]:
        """The digests of what a case must have in the archive: every file of it that some carrier gives whole."""
        return {one.sha256 for one in self.laid if one.case == case and one is not self.damaged}

    def unlisted(self) -> set[tuple[str, str]]:
        """What belongs to no case of the list, by label and path."""
        return {(LABELS[one.carrier], one.path) for one in self.laid if not one.case}


def number(case: int) -> str:
    return f"临文罚字〔{_year(case)}〕第{_in_year(case)}号"


def title(case: int, namesakes: list[tuple[int, int]]) -> str:
    """Two cases of one title are told apart by nobody who reads it alone."""
    for pair, both in enumerate(namesakes, 1):
        if case in both:
            return f"沿河书店经营非法出版物案之{'甲乙丙丁'[pair - 1]}"
    return f"城关镇第{case}网吧接纳未成年人案"


def _year(case: int) -> int:
    return 2003 + (case - 1) // _A_YEAR


def _in_year(case: int) -> int:
    return (case - 1) % _A_YEAR + 1


@contextmanager
def bureau(folder: Path, cases: int, chance: random.Random) -> Iterator[Bureau]:
    """Lay everything; the drive is a file system of its own where root may mount one."""
    with (
        loop(folder, make=("mkfs.ext4", "-q", "-F", "-L", LABELS[DRIVE]))
        if os.geteuid() == 0
        else nullcontext() as made
    ):
        drive = made.top if made is not None else folder / LABELS[DRIVE]
        roots = [*(folder / f"root-{label}" for label in LABELS[:DRIVE]), drive]
        chosen = chance.sample(range(1, cases + 1), max(12, cases * 6 // 100))
        missing, chosen = set(chosen[:4]), chosen[4:]
        namesakes, chosen = [(chosen[0], chosen[1]), (chosen[2], chosen[3])], chosen[4:]
        told = Bureau(cases, folder / "案卷目录.xlsx", [], missing, namesakes, asked={"扫描0001.txt": chosen[0]})
        half = len(chosen) // 2
        told.twice, apart = set(chosen[:half]), set(chosen[half:])
        for case in sorted(set(range(1, cases + 1)) - missing):
            _lay(told, roots, case, apart, chance)
        _strays(told, roots)
        _write_list(told)
        told.places = [*(burn(root, label).rename(folder / f"{label}.iso") for root, label in _discs(folder)), drive]
        _cut_short(told, told.places[2], 2)
        yield told


def _discs(folder: Path) -> Iterator[tuple[Path, str]]:
    for label in LABELS[:DRIVE]:
        yield folder / f"root-{label}", label


def carrier_of(case: int, cases: int) -> int:
    """Year after year was burnt, the last quarter lies on the drive."""
    return (case - 1) * len(LABELS) // cases


def _lay(told: Bureau, roots: list[Path], case: int, apart: set[int], chance: random.Random) -> None:
    home = carrier_of(case, told.cases)
    other = (home + chance.randint(1, DRIVE)) % len(LABELS)
    pair = next((both for both in told.namesakes if case in both), None)
    name = title(case, told.namesakes) if pair else f"临文罚字[{_year(case)}]第{_in_year(case)}号"
    above = f"{_year(case)}年" if not pair else f"未编号{pair.index(case)}"
    papers = _PAPERS[: chance.randint(2, len(_PAPERS))]
    for at, paper in enumerate(papers):
        text = f"{number(case)} {paper} {chance.random()}\n" * chance.randint(10, 60)
        last = case in apart and at == len(papers) - 1
        places = [(other, "补充材料")] if last else [(home, above), *([(other, "备份")] if case in told.twice else [])]
        for carrier, top in places:
            told.folders.add((carrier, f"{top}/{name}/", case))
            _write(told, roots, Place(case, carrier, f"{top}/{name}/{paper}"), text)


@dataclass(frozen=True)
class Place:
    """Where something is laid."""

    case: int
    carrier: int
    path: str


def _write(told: Bureau, roots: list[Path], place: Place, text: str) -> None:
    file = roots[place.carrier] / place.path
    file.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    file.write_bytes(data)
    told.laid.append(Laid(place.case, place.carrier, place.path, hashlib.sha256(data).hexdigest()))


def _strays(told: Bureau, roots: list[Path]) -> None:
    _write(told, roots, Place(0, 0, "说明.txt"), "本盘为2006年前后案卷\n" * 10)
    _write(told, roots, Place(0, 1, "临文罚字[2011]第901号/立案审批表.txt"), "目录中没有的案件\n" * 20)
    _write(told, roots, Place(0, 2, "其他/通讯录.txt"), "电话\n" * 30)
    _write(told, roots, Place(0, DRIVE, "杂物.txt"), "不属于任何案件\n" * 10)
    for path, case in told.asked.items():
        _write(told, roots, Place(case, DRIVE, path), f"补扫 {case}\n" * 40)


def _write_list(told: Bureau) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["案卷目录"])
    sheet.append(["序号", "目录号", "案卷号", "案号", "案卷题名", "起止日期", "页数", "保管期限", "光盘号", "备注"])
    for case in range(1, told.cases + 1):
        year, month = _year(case), _in_year(case) % 9 + 1
        days = f"{year}.{month}.{case % 27 + 1}-{year}.{month + 2}.{case % 26 + 1}" if case % 5 else str(year)
        what = title(case, told.namesakes)
        label = LABELS[carrier_of(case, told.cases)]
        sheet.append([case, year - 2000, _in_year(case), number(case), what, days, 12, "30年", label, None])
    book.save(told.catalogue)


def _cut_short(told: Bureau, image: Path, carrier: int) -> None:
    """The end of a disc is gone, in the middle of its last file."""
    last = list_files(image)[-1]
    os.truncate(image, last.extents[0][0] + 100)
    (told.damaged,) = [one for one in told.laid if (one.carrier, one.path) == (carrier, last.path)]
