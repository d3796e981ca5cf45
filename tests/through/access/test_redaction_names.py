"""A redacted file's own name and title tell too: nothing of them is in what goes out, unless somebody wanted it."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from demo.make_case import make_case
from demo.papers import PARTY
from preserve.access.redaction.plan import read_plan
from preserve.errors import Refused
from tests.support.office import Office, staff
from tests.support.program import found

pytestmark = pytest.mark.xdist_group("redaction-names")
SECRET = "02调查取证/询问笔录（秘密证人李某某）.txt"
WORDS = ("秘密证人", "李某某", "王举报")
PLAN = """
[[redaction]]
object = "{object}"
what = "lines"
lines = "2"
reason = "他人隐私"
article = "20"
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("names")
    case = make_case(folder / "case", small=True)
    (case / SECRET).write_text("询问笔录\n证人住址\n完", encoding="utf-8")
    description = json.loads((case / "case.json").read_text(encoding="utf-8"))
    description["objects"].append(
        {
            "file": SECRET,
            "kind": "询问笔录",
            "stage": "investigation",
            "title": "询问李某某",
            "classification": "个人隐私",
            "proves": "王举报所见",
            "note": "李某某",
            "place": "李某某家",
            "maker": "陈立新",
        }
    )
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    archive = found(folder / "home", "--test-authority")
    done = archive.run("--json", "ingest", str(case))
    assert done.returncode == 0, done.stdout + done.stderr
    number = archive.json("list")["cases"][0]["case_number"]
    (folder / "papers").mkdir()
    return Office(archive, number, staff(archive), folder / "papers")


def delivered(office: Office, folder: Path, plan: str, *more: str) -> Path:
    """A party's request of the file with the telling name, from the command line to what is handed over."""
    number = office.open("party", PARTY, "--object", SECRET)
    path = folder / "plan.toml"
    path.write_text(plan, encoding="utf-8")
    office.json("wang", "request", "examine", number, "--redactions", str(path))
    office.json("head", "request", "approve", number)
    return Path(office.json("", "request", "deliver", number, "--output", str(folder / "out"), *more)["place"])


def texts(place: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of everything in a delivery; of a zip what is inside, of a PDF also its words."""
    if place.is_file():
        with zipfile.ZipFile(place) as archive:
            archive.extractall(scratch / "unpacked")
        place = scratch / "unpacked"
    for path in place.rglob("*"):
        yield str(path.relative_to(place)), b""
        if path.is_file():
            yield path.name, path.read_bytes()
        if path.suffix == ".pdf":
            done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
            yield path.name, done.stdout
            yield path.name, subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout


def telling(place: Path, scratch: Path, words: tuple[str, ...] = WORDS) -> set[str]:
    """Where a word stands, in any spelling that programs use."""
    found_in = set()
    for name, data in texts(place, scratch):
        for word in words:
            escaped = json.dumps(word)[1:-1].encode()
            spellings = (
                word.encode(),
                word.encode("utf-16-be"),
                word.encode("utf-16-le"),
                quote(word).encode(),
                escaped,
                escaped.upper().replace(b"\\U", b"\\u"),
            )
            if word in name or any(one in data for one in spellings):
                found_in.add(name)
    return found_in


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_redacted_file_goes_out_under_a_neutral_name(office: Office, form: str, tmp_path: Path) -> None:
    place = delivered(office, tmp_path, PLAN.format(object=SECRET), "--as", form)
    assert telling(place, tmp_path) == set()
    assert telling(place, tmp_path, ("File 001",))
    folder = place if place.is_dir() else next((tmp_path / "unpacked").iterdir())
    (made,) = folder.rglob("redacted/data/*")
    assert made.name == "File 001.txt"
    assert (
        subprocess.run(["python3", "-I", folder / "verify.py", folder], capture_output=True, check=False).returncode
        == 0
    )


def test_the_plan_can_name_it_or_keep_its_name(office: Office, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    named = delivered(office, tmp_path / "a", PLAN.format(object=SECRET) + 'name = "02调查取证/证人甲笔录.txt"\n')
    assert telling(named, tmp_path) == set()
    assert [path.name for path in named.rglob("redacted/data/02调查取证/*")] == ["证人甲笔录.txt"]
    own = SECRET.rpartition("/")[2]
    kept = delivered(office, tmp_path / "b", PLAN.format(object=SECRET) + f'name = "{own}"\n')
    assert [path.name for path in kept.rglob("redacted/data/02调查取证/*")] == [own]
    assert {"evidence-list.pdf", "premis.xml"} <= telling(kept, tmp_path)


def test_the_head_sees_the_name(office: Office, tmp_path: Path) -> None:
    number = office.open("party", PARTY, "--object", SECRET)
    (tmp_path / "plan.toml").write_text(PLAN.format(object=SECRET), encoding="utf-8")
    office.json("wang", "request", "examine", number, "--redactions", str(tmp_path / "plan.toml"))
    (one,) = office.json("head", "request", "show", number)["request"]["examination"]["selection"]
    assert one["given_as"] == "File 001"
    assert "File 001" in office.run("head", "request", "show", number).stdout


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "..", "a\u202eb", "a\x1b", " . ", "长" * 200, "a\nb"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(object="a.txt") + f"name = {json.dumps(name)}\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_plan(path)
    assert [one.code for one in caught.value.findings] == ["redaction.value-wrong"]


def test_two_names_for_one_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("".join(PLAN.format(object="a.txt") + f'name = "{one}"\n' for one in "甲乙"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        read_plan(path)
    assert [one.code for one in caught.value.findings] == ["redaction.name-differs"]


def test_the_workbook_has_the_column_once(tmp_path: Path) -> None:
    from preserve.access.redaction.workbook import COLUMNS, SHEET, write_workbook

    path = tmp_path / "plan.xlsx"
    write_workbook(path, [{"object": "a.txt", "reason": "隐私", "article": "20"}])
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for head, value in {"方式": "删去行", "行号": "1", "交付时的名称": "甲"}.items():
        sheet.cell(2, list(COLUMNS.values()).index(head) + 1, value)
    book.save(path)
    assert [one.name for one in read_plan(path)] == ["甲"]
    sheet.cell(1, len(COLUMNS) + 1, "理由")
    book.save(path)
    with pytest.raises(Refused) as caught:
        read_plan(path)
    assert [one.code for one in caught.value.findings] == ["redaction.column-twice"]
