"""Programs that know nothing of us judge a package that was made of real files of many kinds."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import bagit
import pytest
from docx import Document

from preserve.typesetting.judging import judge
from tests.support import commons_ip
from tests.support.eark import VERSIONS, validate
from tests.support.material.corpus import ffmpeg, make_images, make_media, make_ofd, make_texts
from tests.support.program import found
from tests.support.tiny_case import write_whole_case

MEDIA = ("h264.mp4", "pcm.wav", "sound.wma", "wmv2.wmv")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with pictures, sound that becomes FLAC, a recording in ASF, letters, texts, and an OFD."""
    place = tmp_path_factory.mktemp("ingested")
    case = write_whole_case(place / "case")
    description = json.loads((case / "case.json").read_text(encoding="utf-8"))
    (case / "more").mkdir()
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", str(case / "more" / "询问.flac"))
    paper = Document()
    paper.add_paragraph("行政处罚决定书")
    paper.save(str(case / "more" / "决定.docx"))
    files = [case / "more" / "询问.flac", case / "more" / "决定.docx"]
    files += [*make_media(case / "more", *MEDIA).values(), make_ofd(case / "more" / "决定.ofd")]
    files += [*make_images(case / "more").values(), *make_texts(case / "more").values()]
    for file in files:
        kind = "现场录像" if file.suffix in (".mp4", ".wav", ".wma", ".wmv", ".flac") else "证据"
        name = str(file.relative_to(case))
        description["objects"].append({"file": name, "kind": kind, "stage": "investigation"})
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    archive = found(place / "home")
    done = archive.run("ingest", str(case))
    assert done.returncode == 0, done.stderr
    (package,) = archive.packages()
    return package


def _inner(package: Path) -> Path:
    (inner,) = (package / "data").iterdir()
    return inner


def test_the_kinds_that_are_hard_to_name_are_in_it(package: Path) -> None:
    endings = {path.suffix for path in package.rglob("representations/*/data/**/*") if path.is_file()}
    assert {".ofd", ".flac", ".mkv", ".wmv", ".heic"} <= endings


def test_commons_ip_calls_it_valid(package: Path, tmp_path: Path) -> None:
    assert commons_ip.validate(_inner(package), tmp_path) == ("VALID", [])


@pytest.mark.parametrize("version", VERSIONS)
def test_eark_validator_finds_nothing(package: Path, version: str) -> None:
    assert validate(_inner(package), version) == ([], [])


def test_bagit_python_validates_it(package: Path) -> None:
    assert bagit.Bag(str(package)).validate()


def test_mediaconch_calls_every_matroska_file_well_formed(package: Path) -> None:
    recordings = sorted(package.rglob("representations/preservation/data/**/*.mk[va]"))
    assert recordings
    for recording in recordings:
        ran = subprocess.run(["mediaconch", recording], capture_output=True, text=True, check=False)
        assert ran.stdout.startswith("pass!"), ran.stdout


def test_the_validator_of_pikepdf_finds_no_rule_broken_in_a_pdf_of_ours(package: Path) -> None:
    made = [path for path in package.rglob("*.pdf") if "original" not in path.parts]
    assert len(made) > 1
    for path in made:
        verdict = judge(path)
        assert verdict.rules == (), (path.name, verdict)
