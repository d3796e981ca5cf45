"""From a plan that an examiner fills in to what lies in the package, and every way around it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from datetime import time
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from PIL import Image

from demo import papers
from demo.make_case import make_case
from demo.papers import PARTY
from preserve.access.dip.contents import names_for
from preserve.access.dip.deriving import Derived, derive
from preserve.access.redaction.template import write_template
from preserve.access.requests import steps
from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Concern, Consumer, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.administration.actor import Actor
from preserve.administration.people import Person, recognise
from preserve.clock import now
from preserve.data_management.archive import Archive
from preserve.data_management.database import open_catalogue
from preserve.errors import MediumProblem, NotIntact, Refused, Stopped
from preserve.home import acting_person, open_home
from tests.support.eark import VERSIONS, validate
from tests.support.office import Office, staff
from tests.support.program import found, state_of

pytestmark = pytest.mark.xdist_group("redaction-whole")
RECORD, LETTER, REPORT = "02调查取证/现场检查笔录.pdf", "01立案/举报信.txt", "03审查/终结报告.docx"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An archive with the demonstration's case, in which most files hold the privacy of others."""
    folder = tmp_path_factory.mktemp("office")
    case = make_case(folder / "case", small=True)
    description = json.loads((case / "case.json").read_text())
    (case / REPORT).parent.mkdir(exist_ok=True)
    papers.docx(case / REPORT, "调查终结报告", ["当事人李某，身份证号 420106198001011234。"])
    description["objects"].append({"file": REPORT, "kind": "调查终结报告", "stage": "examination"})
    for one in description["objects"]:
        if one["file"] in (RECORD, LETTER, REPORT) or one["file"].endswith(("_0001.mp4", ".jpg")):
            one["classification"] = "个人隐私"
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False))
    archive = found(folder / "home", "--test-authority")
    done = archive.run("--json", "ingest", str(case))
    assert done.returncode == 0, done.stdout + done.stderr
    number = archive.json("list")["cases"][0]["case_number"]
    (folder / "papers").mkdir()
    return Office(archive, number, staff(archive), folder / "papers")


class Desk:
    """The steps of a request taken in this process, which is quicker than a program for each."""

    def __init__(self, office: Office) -> None:
        self.home = open_home(office.archive.home)
        self.catalogue = open_catalogue(self.home)
        self.office = office

    def person(self, who: str) -> Person:
        """One of the staff, or the founder."""
        with self.catalogue.read() as connection:
            return recognise(connection, acting_person(), self.office.tokens[who] if who else None, now())

    def actor(self, who: str) -> Actor:
        """The same at work on the archive."""
        return Actor(Archive(self.home, self.catalogue), self.person(who))

    def open(
        self,
        *objects: str,
        capacity: str = "party",
        span: tuple[float, float] | None = None,
        form: Any = "original",
        again: tuple[float, float] | None = None,
    ) -> str:
        """A request for these objects, or for the whole case; its number."""
        kind, file = self.office.paper({"party": "身份证明", "court": "调取证据通知书"}[capacity]).split("=")
        begin, end = span or (None, None)
        asked = [Asked(self.office.case, "", name, begin, end, form) for name in objects or ("",)]
        asked += [Asked(self.office.case, "", objects[0], *again, form)] if again else []
        entry = Entry(Consumer(name=PARTY, capacity=capacity), asked, "复议", [(kind, Path(file))])
        return open_request(self.actor(""), entry).number

    def examine(self, number: str, plan: Path | None = None) -> list[Concern]:
        """Examined; what still stands against it."""
        done = steps.examine(self.actor("wang"), number, steps.Opinion(plan=plan))
        assert done.examination is not None
        return [one for one in done.examination.concerns if not one.solved]

    def approve(self, number: str) -> None:
        """Approved by the head."""
        steps.decide(self.actor("head"), number, approve=True)

    def approved(self, *objects: str, plan: Path | None = None, **more: Any) -> str:
        """A request that went all the way."""
        number = self.open(*objects, **more)
        assert self.examine(number, plan) == []
        self.approve(number)
        return number


@pytest.fixture(scope="module")
def desk(office: Office) -> Desk:
    return Desk(office)


def mistakes(desk: Desk, number: str, plan: Path | None = None) -> list[str]:
    """The codes of what is wrong."""
    with pytest.raises(Refused) as caught:
        desk.examine(number, plan)
    return [one.code for one in caught.value.findings]


def request_of(office: Office, number: str) -> Request:
    home = open_home(office.archive.home)
    with open_catalogue(home).read() as connection:
        return REQUESTS.read(connection, home, number)


def derived(office: Office, number: str, package: Path, progress: Any = lambda moved: None) -> Derived:
    """What is made for an approved request, with the proof that the store was not touched."""
    before = state_of(office.archive.home / "store" / "packages")
    request = request_of(office, number)
    assert request.examination is not None
    package.mkdir(parents=True, exist_ok=True)
    try:
        return derive(
            open_home(office.archive.home), request, package, names_for(request.examination.selection), progress
        )
    finally:
        assert state_of(office.archive.home / "store" / "packages") == before, "originals were touched"
        assert [path.name for path in package.parent.iterdir()] == [package.name], "scratch is left"


def entry(name: str, what: str, **more: Any) -> str:
    values = {"object": name, "what": what, **more, "reason": "个人隐私", "article": "20"}
    return "[[redaction]]\n" + "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items()
    )


def recording(office: Office) -> str:
    (name,) = [row["original_name"] for row in files_of(office) if row["original_name"].endswith("_0001.mp4")]
    return name


def photo(office: Office) -> str:
    (name,) = [row["original_name"] for row in files_of(office) if row["original_name"].endswith(".jpg")]
    return name


def files_of(office: Office) -> list[dict[str, str]]:
    from sqlalchemy import select

    from preserve.data_management.tables import files

    with open_catalogue(open_home(office.archive.home)).read() as connection:
        rows = connection.execute(select(files).where(files.c.representation == "original")).all()
    return [dict(row._mapping) for row in rows]


def whole_plan(office: Office) -> str:
    return "\n".join(
        [
            entry(RECORD, "box", pages="1", left=20, top=70, width=150, height=12),
            entry(LETTER, "lines", lines="1-2"),
            entry(REPORT, "box", left=0, top=0, width=100, height=50, unit="%"),
            entry(recording(office), "blur-mute", **{"from": "0:00.2", "to": "0:00.6"}),
            entry(photo(office), "box", left=10, top=10, width=20, height=20, unit="%"),
        ]
    )


@pytest.fixture(scope="module")
def redacted(office: Office, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Derived]:
    """A party's request, examined with a plan and approved, and what was made for it."""
    folder = tmp_path_factory.mktemp("party")
    number = desk.open()
    assert len(desk.examine(number)) == 5
    with pytest.raises(Refused):
        desk.approve(number)
    plan = folder / "方案.toml"
    plan.write_text(whole_plan(office), encoding="utf-8")
    office.json("wang", "request", "examine", number, "--redactions", str(plan))
    desk.approve(number)
    plan.unlink()
    return number, folder / "data" / "dip-x", derived(office, number, folder / "data" / "dip-x")


def test_everything_that_was_to_be_redacted_is(office: Office, redacted: tuple[str, Path, Derived]) -> None:
    _, package, made = redacted
    by_path = {path: one for (_, path, _), one in made.files.items()}
    assert set(by_path) == {RECORD, LETTER, REPORT, recording(office), photo(office)}
    assert {one.event for one in made.files.values()} == {"redaction"}
    assert {one.representation for one in made.files.values()} == {"redacted"}
    written = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    assert written == {one.path for one in made.files.values()}
    for name in (RECORD, REPORT):
        pdf = package / by_path[name].path
        assert pdf.suffix == ".pdf"
        assert (
            subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout.strip()
            == ""
        )
    assert b"420106" not in b"".join((package / one).read_bytes() for one in written)
    for path, one in by_path.items():  # the depositor's names may tell too
        assert Path(path).stem not in one.path
    text = (package / by_path[LETTER].path).read_text(encoding="utf-8").splitlines()
    assert text[0] == text[1] != text[2]
    with Image.open(package / by_path[photo(office)].path) as picture:
        wide, high = picture.size
        assert picture.getpixel((int(wide * 0.2), int(high * 0.2))) == (0, 0, 0)
        assert not picture.getexif()


def test_the_log_says_where_and_why_and_by_whom(office: Office, redacted: tuple[str, Path, Derived]) -> None:
    number, package, made = redacted
    documents = {path: data for path, _, data in made.papers}
    assert set(documents) == {f"documentation/redaction-log.{ending}" for ending in ("json", "html", "pdf")}
    log = json.loads(documents["documentation/redaction-log.json"])
    kept = request_of(office, number).examination
    assert kept is not None and kept.redaction is not None
    assert log["plan_sha256"] == kept.redaction.sha256
    assert (log["examined"]["by"], log["approved"]["by"]) == ("wang", "head")
    by_name: dict[str, dict[str, Any]] = {}
    for one in log["files"]:
        assert one["result"]["sha256"] == hashlib.sha256((package / one["result"]["path"]).read_bytes()).hexdigest()
        (row,) = [row for row in files_of(office) if row["sha256"] == one["original_sha256"]]
        assert one["object"] not in row["original_name"]
        assert one["object"] in one["result"]["path"]
        by_name[row["original_name"]] = one
        assert one["redactions"] and all(part["reason"] and part["article"] for part in one["redactions"])
        assert one["watermark"] is (not row["original_name"].endswith(".txt"))
    assert by_name[REPORT]["source"]["representation"] == "preservation"
    page = documents["documentation/redaction-log.html"].decode()
    assert "个人隐私" in page and RECORD not in page
    with pikepdf.open(io.BytesIO(documents["documentation/redaction-log.pdf"])) as pdf:
        assert len(pdf.pages) >= 1


def test_the_head_sees_what_is_to_be_redacted(office: Office, redacted: tuple[str, Path, Derived]) -> None:
    number = redacted[0]
    shown = office.json("head", "request", "show", number)
    assert len(shown["redactions"]) == 5
    said = office.run("head", "request", "show", number, lang="zh").stdout
    assert "涂黑" in said and "0:00:00.200" in said


def test_a_plan_changed_after_approval_is_refused(office: Office, desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "p.toml"
    plan.write_text(entry(RECORD, "box", left=20, top=70, width=150, height=12))
    number = desk.approved(RECORD, plan=plan)
    (kept,) = (office.archive.home / "store" / "requests" / number / "papers").glob("*.toml")
    whole = kept.read_bytes()
    kept.write_bytes(whole.replace(b"150", b"1.0"))
    with pytest.raises(NotIntact):
        derived(office, number, tmp_path / "data" / "dip-x")
    assert office.run("head", "request", "show", number).returncode == 4
    kept.write_bytes(whole)
    assert len(derived(office, number, tmp_path / "data" / "dip-x").files) == 1


def test_every_mistake_is_told_at_once(office: Office, desk: Desk, tmp_path: Path) -> None:
    number = desk.open()
    plan = tmp_path / "p.toml"
    wrong = [
        entry(RECORD, "box", pages="7", left=20, top=70, width=150, height=12),
        entry(LETTER, "lines", lines="1-5000"),
        entry(RECORD, "box", left=900, top=900, width=1, height=1),
        entry(RECORD, "pages", pages="1"),
        entry(recording(office), "mute", **{"from": "0:00", "to": "0:30"}),
        entry(LETTER, "mute", **{"from": "0:00", "to": "0:01"}),
        entry("没有这个.pdf", "pages", pages="1"),
        entry(photo(office), "box", left=10, top=10, width=20, height=20, unit="mm"),
    ]
    plan.write_text("\n".join(wrong), encoding="utf-8")
    assert set(mistakes(desk, number, plan)) == {
        "redaction.page-not-there",
        "redaction.line-not-there",
        "redaction.box-outside",
        "redaction.nothing-left",
        "redaction.range-beyond",
        "redaction.does-not-fit",
        "redaction.object-not-asked",
    }
    done = office.run("wang", "request", "examine", number, "--redactions", str(plan), lang="zh")
    assert done.returncode == 3
    assert "p.toml:" in done.stderr and "只有 1 页" in done.stderr
    assert request_of(office, number).state == "opened"


def test_a_clip_is_held_against_its_recording_when_examined(office: Office, desk: Desk) -> None:
    long = desk.open(recording(office), capacity="court", span=(0, 20))
    assert mistakes(desk, long) == ["redaction.range-beyond"]
    paper = desk.open(RECORD, capacity="court", span=(0, 1))
    assert mistakes(desk, paper) == ["redaction.no-range"]


@pytest.mark.parametrize(("form", "ending"), [("original", ".mp4"), ("preservation", ".mkv"), ("access", ".mp4")])
def test_a_clip_beside_its_sources_digest(form: str, ending: str, office: Office, desk: Desk, tmp_path: Path) -> None:
    number = desk.approved(recording(office), capacity="court", span=(0.25, 0.75), form=form)
    made = derived(office, number, tmp_path / "data" / "dip-x")
    ((key, one),) = made.files.items()
    assert (key[2], one.event, one.representation) == (0.25, "modification", "clip")
    assert one.path.endswith(ending) and "0-00-00.250" in one.path
    log = json.loads(made.papers[0][2])
    assert made.papers[0][0] == "documentation/derivation-log.json"
    (line,) = log["files"]
    assert line["source"]["representation"] == form
    assert (line["clip"]["asked_begin"], line["clip"]["begin"], line["watermark"]) == (0.25, 0.25, False)


def test_access_copies_are_watermarked_where_the_capacity_says_so(office: Office, desk: Desk, tmp_path: Path) -> None:
    plain = "01立案/立案审批表.pdf"
    for capacity, form, marked in (("party", "access", 1), ("party", "original", 0), ("court", "access", 0)):
        number = desk.approved(plain, capacity=capacity, form=form)
        package = tmp_path / f"{capacity}-{form}" / "dip-x"
        made = derived(office, number, package)
        assert len(made.files) == marked, (capacity, form)
        for one in made.files.values():
            assert (one.representation, one.event) == ("access", "modification")
            said = subprocess.run(
                ["pdftotext", str(package / one.path), "-"], capture_output=True, text=True, check=True
            )
            assert "立案" in said.stdout


def test_the_draft_names_what_must_be_redacted(office: Office, desk: Desk, tmp_path: Path) -> None:
    number, plan = desk.open(), tmp_path / "方案.toml"
    shown = tmp_path / "pages"
    drafted = office.json("wang", "request", "redactions", number, "--output", str(plan), "--pages", str(shown))
    assert drafted["files"] == 5
    assert [str(path) for path in sorted(shown.iterdir())] == drafted["pages"]
    pages = "".join(path.read_text(encoding="utf-8") for path in shown.iterdir())
    assert (pages.count("<figure"), pages.count('data-unit="mm"'), pages.count("http-equiv")) == (3, 2, 3)
    assert "request-pages.viewed" in [one["action"] for one in office.log() if one["subject"] == number]
    assert office.run("wang", "request", "redactions", number, "--output", str(plan)).returncode == 3, "overwritten"
    assert office.run("", "request", "redactions", number, "--output", str(tmp_path / "x.toml")).returncode == 6
    assert mistakes(desk, number, plan) == ["redaction.plan-empty"]
    text = plan.read_text(encoding="utf-8")
    filled = "\n".join(line if line.startswith("# ") else line.removeprefix("#") for line in text.splitlines())
    for old, new in (
        ("3-5, 8", "1"),
        ("0:01:10.5", "0:00.1"),
        ("0:02:00", "0:00.5"),
        ("0:00:10", "0:00.9"),
        ("12-15", "1"),
    ):
        filled = filled.replace(old, new)
    plan.write_text(filled, encoding="utf-8")
    assert mistakes(desk, number, plan) == ["redaction.nothing-left"] * 2, "documents of one page"
    place = 'what = "box"\nleft = 1\ntop = 1\nwidth = 9\nheight = 9'
    plan.write_text(filled.replace('what = "pages"', place), encoding="utf-8")
    assert desk.examine(number, plan) == []


def test_the_same_as_a_workbook(office: Office, desk: Desk, tmp_path: Path) -> None:
    number, plan = desk.open(), tmp_path / "方案.xlsx"
    with desk.catalogue.read() as connection:
        assert write_template(desk.home, connection, number, plan) == 5
    assert mistakes(desk, number, plan) == ["redaction.plan-empty"]
    book = openpyxl.load_workbook(plan)
    sheet = book["遮盖"]
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    box = {"方式": "涂黑", "距左": "20", "距上": "30", "宽": "50", "高": "6", "单位": "%"}
    ways = {".txt": {"方式": "删去行", "行号": "1"}, ".mp4": {"方式": "模糊并静音", "起": "0:00.1", "止": "0:00.5"}}
    for row in range(2, sheet.max_row + 1):
        for head, value in ways.get(str(sheet.cell(row, heads["文件"]).value)[-4:], box).items():
            sheet.cell(row, heads[head]).value = value
    sheet.cell(2, heads["理由"]).value = None
    # A spreadsheet makes a time of day of it: nobody can tell minutes from hours any more.
    sheet.append(["x.mp4", "静音"] + [None] * 7 + [time(1, 20), "0:02:00", "个人隐私", "20"])
    book.save(plan)
    with pytest.raises(Refused) as caught:
        desk.examine(number, plan)
    assert [(one.code, one.where) for one in caught.value.findings] == [
        ("redaction.key-missing", "方案.xlsx 遮盖!L2"),
        ("redaction.value-wrong", "方案.xlsx 遮盖!J7"),
    ]
    sheet.cell(2, heads["理由"]).value = "个人隐私"
    sheet.delete_rows(7)
    book.save(plan)
    assert desk.examine(number, plan) == []
    desk.approve(number)
    assert len(derived(office, number, tmp_path / "data" / "dip-x").files) == 5
    plan.write_bytes(plan.read_bytes()[:900])
    assert mistakes(desk, desk.open(), plan) == ["case.workbook-damaged"]


def test_stopped_or_without_room_leaves_nothing(
    office: Office, redacted: tuple[str, Path, Derived], tmp_path: Path
) -> None:
    number = redacted[0]

    def stop(moved: int) -> None:
        raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        derived(office, number, tmp_path / "a" / "dip-x", stop)
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(place)], check=True)
    try:
        with pytest.raises(MediumProblem):
            derived(office, number, place / "data" / "dip-x")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # the error caught holds files open


def test_one_file_asked_for_twice(office: Office, desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "p.toml"
    plan.write_text(entry(recording(office), "mute", **{"from": "0:00", "to": "0:00.5"}))
    number = desk.open(recording(office), recording(office), capacity="court")
    assert desk.examine(number, plan) == []
    examined = request_of(office, number).examination
    assert examined is not None and len(examined.selection) == 1, "asked for twice is given once"
    number = desk.open(recording(office), capacity="court", span=(0, 0.5), again=(0, 0.9))
    assert mistakes(desk, number, plan) == ["redaction.asked-twice"]


def test_what_is_delivered_tells_of_it(office: Office, redacted: tuple[str, Path, Derived], tmp_path: Path) -> None:
    """The whole package, from the command line: events and derivations in PREMIS, the log beside the files."""
    number = redacted[0]
    done = office.json("", "request", "deliver", number, "--output", str(tmp_path))
    folder = Path(done["place"])
    package = folder / "data" / folder.name
    subprocess.run([sys.executable, "-I", str(folder / "verify.py"), str(folder)], check=True, capture_output=True)
    for version in VERSIONS:
        assert validate(package, version)[0] == []
    premis = (package / "representations/redacted/metadata/preservation/premis.xml").read_text(encoding="utf-8")
    assert premis.count(">redaction<") == 5
    assert premis.count(">has source<") == 5
    assert premis.count("Portable Document Format") == 2
    assert (package / "documentation/redaction-log.pdf").is_file()
    given = b"".join(path.read_bytes() for path in package.rglob("*") if path.is_file())
    assert b"420106" not in given
    assert not list(package.rglob("*.docx"))
    assert office.archive.leftovers() == []
