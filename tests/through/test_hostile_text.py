"""The attacks with text and bounds, from outside: what people write is kept true, shown safely, or refused by field."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.office import Office, staff
from tests.support.pdfa import against_pdfa
from tests.support.program import Archive, found
from tests.support.tiny_case import write_case

pytestmark = pytest.mark.xdist_group("hostile-text")
TITLE = "བཀྲ་ཤིས ᠮᠣᠩᠭᠣᠯ ꆈꌠ สมชาย 😀 \u202egpj\u2028\ue000\u0378"
NAME = "བཀྲ་ཤིས\u202e😀สม.txt"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("text") / "home", "--test-authority")


def words_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True)
    return re.sub("[\\s\u200b\u202a-\u202e]", "", done.stdout)


def test_any_script_is_taken_in_and_delivered_to_anybody(archive: Archive, tmp_path: Path) -> None:
    """A02: a title, a file's name and who asks, in scripts and signs that no single font has."""
    case = write_case(tmp_path / "case", title=TITLE)
    (case / NAME).write_text("附件", encoding="utf-8")
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    told["objects"].append({"file": NAME, "kind": "其他", "stage": "调查", "title": "\x85\u0301" + TITLE})
    (case / "case.json").write_text(json.dumps(told), encoding="utf-8")
    done = archive.run("ingest", str(case))
    assert done.returncode == 0, done.stderr
    assert not STEERING.search(done.stdout + done.stderr)
    (package,) = archive.packages()
    pages = [*package.rglob("documentation/*.html")]
    assert pages
    for page in pages:
        assert not STEERING.search(page.read_text(encoding="utf-8")), page
    (compliance,) = package.rglob("compliance.pdf")
    assert against_pdfa(compliance) == []
    assert "U+202E" in words_of(compliance)
    (tmp_path / "papers").mkdir()
    office = Office(archive, told["case_number"], staff(archive), tmp_path / "papers")
    number = office.open("court", "สมชาย \x1b[2J Ж")
    office.json("wang", "request", "examine", number)
    office.json("head", "request", "approve", number)
    folder = Path(office.json("", "request", "deliver", number, "--output", str(tmp_path / "out"))["place"])
    papers = [*folder.rglob("documentation/*.pdf"), folder / "certificate.pdf"]
    assert len(papers) >= 3
    for paper in papers:  # the certificate's signature has no appearance, which its part of the standard allows
        assert set(against_pdfa(paper)) <= {"6.3.3 annotation without appearance"}, paper
    assert "U+001B" in words_of(next(folder.rglob("case.pdf")))
    history = office.run("", "history", told["case_number"], "--output", str(tmp_path / "history.html"))
    assert not STEERING.search(history.stdout + history.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "zz\x1b[2J"),
        ("check", "/nowhere/\x1b[31m\u202e"),
        ("request", "show", "\x9b2J"),
        ("\x1b[2J",),
        ("list", "--\x1b[2J"),
        ("verify", "/nowhere/\u2028\u061c"),
    ],
)
def test_no_error_steers_the_terminal(archive: Archive, arguments: tuple[str, ...]) -> None:
    """A06: in the place of an error, in its values, in what click says."""
    done = archive.run(*arguments)
    assert done.returncode not in (0, 1)
    assert not STEERING.search(done.stdout + done.stderr)
    assert "[U+" in done.stderr or "\\x1b" in done.stderr  # the library spells it so where it quotes an option
    told = archive.run("--json", *arguments)
    assert not STEERING.search(told.stdout)
    assert json.loads(told.stdout)["status"] == done.returncode


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closed": "9999-12-31"}, "结案日期"),
        ({"start": "0001-01-01", "closed": "0001-01-02"}, "立案日期"),
        ({"clocks": [{"device": "甲", "seconds": 1e308, "source": "乙"}]}, "快慢秒数"),
        ({"clocks": [{"device": "甲", "seconds": 1e11, "source": "乙"}]}, "快慢秒数"),
    ],
)
def test_what_lies_beyond_all_bounds_is_refused_by_field(
    archive: Archive, changes: dict[str, Any], field: str, tmp_path: Path
) -> None:
    """A01, A03."""
    case = write_case(tmp_path / "case", **changes)
    begun = time.monotonic()
    for command in ("check", "ingest"):
        done = archive.run(command, str(case))
        assert (done.returncode, field in done.stderr) == (3, True), done.stderr
    assert time.monotonic() - begun < 60


def test_one_impossible_case_does_not_hold_up_the_others(archive: Archive, tmp_path: Path) -> None:
    write_case(tmp_path / "all" / "early", start="0001-01-01", closed="0001-01-02")
    bad = write_case(tmp_path / "all" / "nan")
    text = (bad / "case.json").read_text(encoding="utf-8")
    (bad / "case.json").write_text(text[:-1] + ', "clocks": [{"device": "a", "seconds": NaN, "source": "b"}]}')
    twice = write_case(tmp_path / "all" / "twice")
    text = (twice / "case.json").read_text(encoding="utf-8")
    (twice / "case.json").write_text(text[:-1] + ', "classification": "state-secret", "classification": "internal"}')
    write_case(tmp_path / "all" / "good", case_number="临文综罚〔2026〕78号")
    done = archive.run("check", *[str(path) for path in sorted((tmp_path / "all").iterdir())])
    assert done.returncode == 3
    for said in ("1949", "NaN", "classification", "临文综罚〔2026〕78号"):
        assert said in done.stdout + done.stderr, said


NUMBER = "../../文罚\u202e字〔2026〕1号/"


def test_no_file_or_folder_follows_a_case_number(tmp_path: Path) -> None:
    """Steps up, slashes, an override of direction: shown as what they are at each door, and no part of any path."""
    own = found(tmp_path / "within" / "home")
    case = write_case(tmp_path / "case", case_number=NUMBER)
    for arguments in (("check", str(case)), ("ingest", str(case)), ("list",), ("show", NUMBER)):
        done = own.run(*arguments)
        assert done.returncode == 0, done.stderr
        assert not STEERING.search(done.stdout + done.stderr)
        assert "[U+202E]" in done.stdout + done.stderr or arguments[0] == "check"
    out = tmp_path / "out"
    (tmp_path / "papers").mkdir()
    office = Office(own, NUMBER, staff(own), tmp_path / "papers")
    exported = office.json("", "export", "propose", NUMBER, "--receiver", "某馆", "--purpose", "迁移")["number"]
    office.json("head", "export", "approve", exported)
    office.json("", "export", "write", exported, "--to", str(out / "export"))
    office.json("", "forms", "case", NUMBER, "--to", str(out / "forms"))
    office.json("", "look", NUMBER, "笔录.txt")
    for path in (path.relative_to(tmp_path) for path in tmp_path.rglob("*")):
        assert "\u202e" not in str(path) and path.parts[0] in ("within", "case", "out", "papers"), path
    assert {path.name for path in (tmp_path / "within").iterdir()} == {"home"}
    (viewed,) = (tmp_path / "within/home/viewing").glob("*/*/*.txt")
    assert viewed.parent.name.endswith("文罚_字〔2026〕1号_")


@pytest.mark.parametrize("sign", ["\x1b[2J", "\n", "\x00", "\x85"])
def test_a_case_number_with_controls_is_refused_by_its_field_or_shown(
    archive: Archive, sign: str, tmp_path: Path
) -> None:
    case = write_case(tmp_path / "case", case_number=f"文罚字{sign}〔2026〕2号")
    done = archive.run("check", str(case))
    assert not STEERING.search(done.stdout + done.stderr) and "[U+00" in done.stdout + done.stderr
    if sign in ("\x1b[2J", "\x00"):
        assert done.returncode == 3 and "案号" in done.stdout + done.stderr
