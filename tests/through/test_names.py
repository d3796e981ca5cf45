"""A case whose names are in GBK bytes, and one from a Mac: taken in, found, verified and delivered by their plain names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from PIL import Image

from metadata.names import original_bytes
from metadata.verify import verify_package
from preserve.access.dip.assembling import Delivered, Handover, deliver
from preserve.access.requests.entering import Asked
from preserve.access.requests.selecting import read_case
from preserve.administration.founding import Extras, found
from preserve.administration.retention.facts import facts_of
from preserve.administration.retention.profile import read_retention
from preserve.data_management import search
from preserve.data_management.archive import Archive, open_archive
from preserve.ingest.acceptance import Answerer
from preserve.ingest.runner import Result, run
from preserve.progress import Silent
from tests.support.asking import Counter
from tests.support.material.corpus import ffmpeg
from tests.support.tiny_case import answers_for

VIDEO, TEXT, PHOTO = "录像/现场 Café.mp4", "笔录/询问 Café.txt", "照片/现场 Café.jpg"
WAYS: dict[str, Callable[[str], bytes]] = {
    "gbk": lambda name: name.encode("gb18030"),
    "nfd": lambda name: unicodedata.normalize("NFD", name).encode(),
}
_MADE = re.compile("<originalName>(.*?)</originalName>", re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """A case in the archive, and how its names were spelled."""

    counter: Counter
    result: Result
    spell: Callable[[str], bytes]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("names")


@pytest.fixture(scope="module")
def archive(place: Path) -> Archive:
    """One archive for both cases."""
    bureau = "临江市文化和旅游局"
    digests = ("sha256", "sm3")
    home = found(
        *(place / "home",),
        institution=bureau,
        policy="lossless",
        store=None,
        digests=digests,
        language="zh",
        extras=Extras(test_authority=True),
    )
    return open_archive(home.home.path)


@pytest.fixture(scope="module", params=sorted(WAYS))
def kept(archive: Archive, place: Path, request: pytest.FixtureRequest) -> Kept:
    """The case of one spelling, taken in."""
    spell, number = WAYS[request.param], f"临文综罚〔2026〕{sorted(WAYS).index(request.param) + 1}号"
    case = place / request.param
    for name in (VIDEO, TEXT, PHOTO):
        (case / os.fsdecode(spell(name))).parent.mkdir(parents=True)
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=1", "-pix_fmt", "yuv420p", str(place / "v.mp4"))
    (case / os.fsdecode(spell(VIDEO))).write_bytes((place / "v.mp4").read_bytes())
    (case / os.fsdecode(spell(TEXT))).write_text("问：擅自举办营业性演出？\n", encoding="utf-8")
    Image.new("RGB", (32, 24)).save(place / "p.jpg")
    (case / os.fsdecode(spell(PHOTO))).write_bytes((place / "p.jpg").read_bytes())
    recorded = {"recording_start": "2026-03-02T09:00:00", "evidence": True, "transcript": TEXT, "device": "DSJ-9"}
    described = {
        "case_number": number,
        "case_type": "处罚",
        "title": "名称案",
        "cause": "测试",
        "producer": {"name": "某局"},
        "start": "2026-03-01",
        "closed": "2026-04-01",
        "objects": [
            {"file": VIDEO, "kind": "现场录像", "stage": "调查", **recorded},
            {"file": TEXT, "kind": "询问笔录", "stage": "调查", "classification": "privacy"},
            {"file": PHOTO, "kind": "现场照片", "stage": "决定", "maker": "摄影人张三"},
        ],
    }
    described["acceptances"] = answers_for(described)
    (case / "case.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    result = run(archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
    notice = place / "调取证据通知书.pdf"
    notice.write_bytes(b"%PDF-1.4\n")
    return Kept(Counter(archive, number, result.objid, notice), result, spell)


@pytest.fixture(scope="module")
def delivered(kept: Kept, place: Path) -> Delivered:
    """All of it for a court."""
    counter = kept.counter
    request = counter.approved(Asked(counter.case))
    target = place / f"court-{request.number}"
    target.mkdir()
    return deliver(counter.actor(), request.number, Handover(target), Silent())


def test_the_package_keeps_the_bytes_and_speaks_in_plain_names(kept: Kept) -> None:
    package = kept.result.location / "data" / kept.result.objid
    premis = (package / "representations/original/metadata/preservation/premis.xml").read_text(encoding="utf-8")
    raw = {original_bytes(unescape(name)) for name in _MADE.findall(premis)} - {b"original"}
    assert raw == {b"case.json", *map(kept.spell, (VIDEO, TEXT, PHOTO))}
    originals = package / "representations/original/data"
    stored = {str(path.relative_to(originals)) for path in originals.rglob("*.*")}
    assert {VIDEO, TEXT, PHOTO} <= stored
    (row,) = json.loads((package / "documentation/explanatory-notes/index.json").read_text(encoding="utf-8"))
    assert row["file"] == VIDEO
    assert verify_package(kept.result.location).findings == ()
    assert {one.where for one in kept.result.findings} <= {"", VIDEO, TEXT, PHOTO, "case.json"} | {
        one.where for one in kept.result.findings if one.code == "rule.document-missing"
    }


def test_the_rules_saw_the_recording(kept: Kept) -> None:
    codes = {one.code for one in kept.result.findings if one.where == VIDEO}
    assert {"rule.contents-not-filled", "rule.preamble-missing", "rule.evidence-incomplete"} <= codes


@pytest.mark.parametrize(("words", "where"), [("擅自举办营业性演出", TEXT), ("摄影人张三", PHOTO), ("DSJ-9", VIDEO)])
def test_it_is_found_in_the_file_by_its_plain_name(kept: Kept, words: str, where: str) -> None:
    with kept.counter.archive.catalogue.read() as connection:
        places = {hit.place for hit in search.find(connection, words) if hit.objid == kept.result.objid}
    assert places == {where}


def test_the_description_is_known_of_each_original(kept: Kept) -> None:
    counter = kept.counter
    with counter.archive.catalogue.read() as connection:
        case = read_case(counter.archive.home, connection, counter.case)
        profile = read_retention(counter.archive.home.profiles)
        facts = facts_of(counter.archive.home, connection, profile, counter.objid)[1]
    assert set(case.originals) == {"case.json", VIDEO, TEXT, PHOTO}
    for name in (VIDEO, os.fsdecode(kept.spell(VIDEO)), "录像\\现场 Café.mp4"):
        about = case.about(name)
        assert about is not None and about.device == "DSJ-9"
    recording = facts[case.originals[VIDEO]]
    assert recording.recorded is not None and recording.recorded.isoformat() == "2026-03-02"


def test_a_stage_and_an_object_are_asked_for_by_any_spelling(kept: Kept) -> None:
    counter = kept.counter
    decision = counter.opened(Asked(counter.case, stage="decision"))
    assert decision.wanted[0].stage == "decision"
    opened = counter.opened(Asked(counter.case, object=unicodedata.normalize("NFD", PHOTO)))
    assert opened.number > decision.number


def test_the_delivery_is_whole_and_named_plainly(kept: Kept, delivered: Delivered) -> None:
    root = delivered.place / "data" / delivered.delivery.dip
    given = {str(path.relative_to(root / "representations/original/data")) for path in root.rglob("*Café*")}
    assert {VIDEO, TEXT, PHOTO} <= given
    notes = list((root / "documentation/explanatory-notes").glob("*.pdf"))
    assert len(notes) == 1, "the note of the recording goes along"
    done = subprocess.run(
        [sys.executable, "-I", str(delivered.place / "verify.py"), str(delivered.place)],
        *(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
