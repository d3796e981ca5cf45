"""The same case, its names spelled in eight ways in folder, zip, tar and bag: every rule finds the same."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from metadata.findings import Finding
from preserve.clock import CHINA
from preserve.data_management.journal import FileRow
from preserve.description.matching import described, name_in
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.assess import Judgement, assess, preview
from preserve.ingest.begin import _inventory
from preserve.ingest.draft import draft
from preserve.ingest.provenance import read_file
from preserve.ingest.take_in import Intake, jobs_of, take_all
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.material.corpus import ffmpeg

VIDEO, SOUND, PHOTO = "录像/现场录像 Café {}.mp4", "录音/询问 Café.wav", "照片/现场 Café.jpg"
SPOKEN, EMPTY, REASON = "录音/询问 Café.txt", "文书/空 Café.txt", "文书/情况说明 Café.txt"
Files = dict[str, bytes]
Spell = Callable[[int, str], bytes]


def _described() -> dict[str, Any]:
    """A case in which many rules have something to say of its files."""
    start = "2026-03-02T{}:00"
    videos = [
        {"file": VIDEO.format(1), "recording_start": start.format("09:00"), "device_checked": False},
        {"file": VIDEO.format(2), "recording_start": start.format("10:00"), "shows": ["现场环境"]},
        {"file": VIDEO.format(3), "recording_start": start.format("11:00"), "stored": "2026-03-20T09:00:00"},
    ]
    recorded = {"kind": "现场录像", "stage": "调查", "device": "DSJ-1"}
    return {
        "case_number": "临文综罚〔2026〕7号",
        "case_type": "处罚",
        "title": "名称案",
        "cause": "测试",
        "producer": {"name": "某局"},
        "start": "2026-03-01",
        "closed": "2026-04-01",
        "measures": [{"measure": "查封", "start": start.format("09:00"), "end": start.format("09:30")}],
        "objects": [
            *({**recorded, **video} for video in videos),
            {"file": SOUND, "kind": "询问录音", "stage": "调查", "evidence": True, "transcript": SPOKEN},
            {"file": SPOKEN, "kind": "询问笔录", "stage": "调查"},
            {"file": PHOTO, "kind": "现场照片", "stage": "调查", "date": "2026-03-09", "evidence": True},
            {"file": EMPTY, "kind": "检查笔录", "stage": "调查"},
            {"file": REASON, "kind": "情况说明", "stage": "调查", "explains": VIDEO.format(3)},
        ],
        "acceptances": [
            {"finding": "empty", "where": EMPTY, "person": "周建国", "reason": "原件即为空白页", "document": REASON}
        ],
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of the case by their plain names; they are small and made once."""
    place = tmp_path_factory.mktemp("material")
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=2", "-pix_fmt", "yuv420p", str(place / "v.mp4"))
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-ar", "8000", str(place / "s.wav"))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:03:02 09:10:00"
    photo = io.BytesIO()
    Image.new("RGB", (32, 24)).save(photo, "JPEG", exif=exif)
    video = (place / "v.mp4").read_bytes()
    return {
        **{VIDEO.format(number): video for number in (1, 2, 3)},
        SOUND: (place / "s.wav").read_bytes(),
        SPOKEN: "问：姓名？\n".encode(),
        PHOTO: photo.getvalue(),
        EMPTY: b"",
        REASON: "设备没电\n".encode(),
        "case.json": json.dumps(_described(), ensure_ascii=False).encode(),
    }


def _nfd(name: str) -> bytes:
    return unicodedata.normalize("NFD", name).encode()


def _blanks(name: str) -> bytes:
    return (name if name == "case.json" else "/".join(part + " " for part in name.split("/"))).encode()


SPELLINGS: dict[str, Spell] = {
    "plain": lambda number, name: name.encode(),
    "nfd": lambda number, name: _nfd(name),
    "gbk": lambda number, name: name.encode("gb18030"),
    "mixed": lambda number, name: (name.encode(), _nfd(name), name.encode("gb18030"))[number % 3],
    "dots": lambda number, name: b"./" + name.encode(),
    "backslashes": lambda number, name: name.replace("/", "\\").encode(),
    "blanks": lambda number, name: _blanks(name),
    "windows": lambda number, name: name.replace("/", "\\").encode("gb18030"),
}


class _Member(zipfile.ZipInfo):
    """A member whose name is these very bytes, without the flag for UTF-8."""

    def __init__(self, raw: bytes, system: int) -> None:
        super().__init__(raw.hex())
        self._bytes, self.create_system = raw, system

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self._bytes, 0


def _folder(place: Path, spelled: dict[bytes, bytes]) -> Path:
    for name, data in spelled.items():
        path = place / "d" / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place / "d"


def _zip(place: Path, spelled: dict[bytes, bytes]) -> Path:
    with zipfile.ZipFile(place / "a.zip", "w") as archive:
        for name, data in spelled.items():
            archive.writestr(_Member(name, 0 if b"\\" in name else 3), data)
    return place / "a.zip"


def _tar(place: Path, spelled: dict[bytes, bytes]) -> Path:
    with tarfile.open(place / "a.tar", "w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        for name, data in spelled.items():
            member = tarfile.TarInfo(os.fsdecode(name))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return place / "a.tar"


def _bag(place: Path, spelled: dict[bytes, bytes]) -> Path:
    """A bag of the version before names were percent-encoded; its manifest names the files as they lie there."""
    _folder(place / "b", spelled).rename(place / "b" / "data")
    lines = [hashlib.sha256(data).hexdigest().encode() + b"  data/" + name for name, data in spelled.items()]
    (place / "b/manifest-sha256.txt").write_bytes(b"\n".join(lines) + b"\n")
    (place / "b/bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    return place / "b"


CONTAINERS = {"folder": _folder, "zip": _zip, "tar": _tar, "bag": _bag}
# A folder has no `./` in its names; a manifest of raw bytes is no text, and its backslashes are of the bag's reader.
NEVER = {("folder", "dots"), ("bag", "gbk"), ("bag", "mixed"), ("bag", "windows"), ("bag", "backslashes")}
WAYS = [(box, way) for box in CONTAINERS for way in SPELLINGS if (box, way) not in NEVER]


def _home(place: Path) -> Home:
    return Home(place / "home", Settings(archive_id="01", institution="某局"))


def _judged(home: Home, path: Path, target: Path) -> tuple[Finding, ...]:
    """What ingest finds: everything copied, identified, characterised and judged by all rules."""
    assessed = assess(home, path, Silent())
    rows = {row[0]: FileRow(*row, None, None, None, None) for row in _inventory(assessed)}
    deposit, objects = assessed.deposit, described(assessed.description)
    intake = Intake(deposit.source, deposit.prefix, target, None, CHINA, ("sha256",))
    judgement = Judgement(home, assessed)
    target.mkdir()
    for taken in take_all(intake, jobs_of(rows.values(), deposit, assessed.names), len(rows), 1, Silent()):
        for file in taken:
            row = rows[file.number]
            name = name_in(objects, os.fsdecode(row.path))
            facts = (file.copied, file.identified, file.characterised, None)
            judgement.add(read_file(row.path, row.stored, *facts, name))
    with pytest.raises(Refused) as refused:
        judgement.finish()
    return refused.value.findings


def _plain(findings: tuple[Finding, ...]) -> list[str]:
    """What is told, but for the note that tells in which form the names are."""
    return sorted(
        f"{found.code} {found.severity} {found.where} {sorted(found.values.items())}"
        for found in findings
        if not found.code.startswith(("sip.names-", "bag."))  # what is said of a bag is not said of a folder
    )


@pytest.fixture(scope="module")
def plain(files: Files, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is found of the case with plain names in a folder."""
    place = tmp_path_factory.mktemp("plain")
    case = _folder(place, {name.encode(): data for name, data in files.items()})
    return _plain(_judged(_home(place), case, place / "taken"))


def test_many_rules_speak_of_the_case(plain: list[str]) -> None:
    codes = {line.split()[0] for line in plain}
    assert codes >= {
        "format.empty",
        "rule.contents-missing",
        "rule.contents-not-filled",
        "rule.device-not-checked",
        "rule.document-missing",
        "rule.evidence-incomplete",
        "rule.evidence-not-explained",
        "rule.photograph-times-differ",
        "rule.preamble-missing",
        "rule.recording-gap",
        "rule.recording-gap-explained",
        "rule.stored-late",
    }
    assert any("accepted_by" in line and "format.empty" in line for line in plain)


@pytest.mark.parametrize(("box", "way"), WAYS)
def test_every_spelling_gives_the_same(box: str, way: str, files: Files, plain: list[str], tmp_path: Path) -> None:
    spelled = {SPELLINGS[way](number, name): data for number, (name, data) in enumerate(files.items())}
    case = CONTAINERS[box](tmp_path, spelled)
    home = _home(tmp_path)
    found = _judged(home, case, tmp_path / "taken")
    assert _plain(found) == plain
    notes = [one for one in found if one.code.startswith("sip.names-")]
    assert all(one.severity == "note" for one in notes) and bool(notes) == (way not in ("plain", "dots"))
    if case.is_dir():
        assert _plain(preview(home, case, Silent())[1].findings) == plain, "check announces what ingest finds"


def _rewritten(content: dict[str, Any], spell: Callable[[str], str]) -> dict[str, Any]:
    names = {"file", "explains", "transcript", "where", "document"}

    def item(row: dict[str, Any]) -> dict[str, Any]:
        return {key: spell(value) if key in names else value for key, value in row.items()}

    rows = {sheet: [item(row) for row in content[sheet]] for sheet in ("objects", "acceptances")}
    return {**content, **rows}


@pytest.mark.parametrize(
    "spell",
    [
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: "./" + name.replace("/", "//"),
        lambda name: ".\\" + name.replace("/", "\\"),
        lambda name: "/".join(f" {part} " for part in name.split("/")),
        lambda name: name.replace("é", "[U+00E9]"),
        lambda name: name.replace("é", "%C3%A9"),
    ],
    ids=["nfd", "dots", "backslashes", "blanks", "written-out", "percent"],
)
@pytest.mark.parametrize("way", ["plain", "gbk"])
def test_every_spelling_of_the_description_gives_the_same(
    way: str, spell: Callable[[str], str], files: Files, plain: list[str], tmp_path: Path
) -> None:
    written = json.dumps(_rewritten(_described(), spell), ensure_ascii=False).encode()
    renamed = {SPELLINGS[way](0, name): data for name, data in {**files, "case.json": written}.items()}
    assert _plain(preview(_home(tmp_path), _folder(tmp_path, renamed), Silent())[1].findings) == plain


@pytest.mark.parametrize("way", ["nfd", "gbk", "mixed", "blanks"])
def test_every_spelling_is_drafted_so_that_it_is_found_again(way: str, files: Files, tmp_path: Path) -> None:
    spelled = {SPELLINGS[way](number, name): data for number, (name, data) in enumerate(files.items())}
    case = _folder(tmp_path, spelled)
    content, _ = draft(case)
    assert sorted(name.replace(" /", "/").strip() for name in _files_of(content)) == sorted({*files} - {"case.json"})
    content |= {"case_number": "一号", "cause": "由", "producer": {"name": "局"}, "start": "2026-03-01"}
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    found = preview(_home(tmp_path), case, Silent())[1].findings
    assert {one.where for one in found if one.code == "format.empty"} == {EMPTY}
    assert not [one for one in found if one.code.startswith("case.")]


def _files_of(content: dict[str, Any]) -> Iterator[str]:
    return (item["file"] for item in content["objects"])
