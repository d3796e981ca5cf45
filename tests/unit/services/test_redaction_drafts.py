"""What the machine proposes for a request: rows that wait, on paper and in the draft; each offered once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from preserve.access.redaction.plan import read_plan
from preserve.administration.duties import Role
from preserve.errors import Changed, NotPermitted, Refused
from preserve.services import redaction_drafts, redactions, requests
from preserve.services.requests import Consumer, OpenRequest, Opinion
from preserve.services.session import Session
from tests.support.drafting import CASE, FIRST, PAPER, PHONE, PORTRAIT, SCAN, drafting_case
from tests.support.sessions import appoint, entries, founded, founder
from tests.support.small_case import ingest


class Desk:
    """The founder, an examiner, and a request of a court for the whole case."""

    def __init__(self, folder: Path) -> None:
        self.archive = founded(folder)
        ingest(self.archive, drafting_case(folder / "case"))
        self.founder = founder(self.archive)
        appoint(self.archive, "security", Role.SECURITY_ADMINISTRATOR)
        self.examiner = appoint(self.archive, "wang", Role.EXAMINER)
        self.notice = folder / "通知书.pdf"
        self.notice.write_bytes(b"%PDF-1.4\n")

    def opened(self) -> str:
        wish = OpenRequest(
            Consumer(capacity="court", name="张法官"), [CASE], "举证", papers=[("调取证据通知书", self.notice)]
        )
        return requests.open_request(self.founder, wish).number

    def file(self, number: str, name: str) -> str:
        draft = redactions.read_draft(self.examiner, number)
        return next(one.identifier for one in draft.files if one.object == name)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("desk"))
    yield made
    made.archive.close()


def test_the_text_of_a_paper_gives_rows_that_no_examination_takes(desk: Desk) -> None:
    number = desk.opened()
    made = redaction_drafts.propose_rows(desk.examiner, number, desk.file(number, PAPER), 0)
    assert [(row.found, row.sure, row.pages) for row in made.rows] == [
        ("identity-number", True, "1"),
        ("telephone", False, "1"),
    ]
    assert made.added == 2 and made.revision == 1
    assert [one.code for one in made.mistakes] == ["redaction.unconfirmed"] * 2
    assert {gap.code for gap in made.gaps} >= {"redaction.gap-text", "redaction.gap-no-places"}
    with pytest.raises(Refused, match=r"redaction\.plan-wrong"):
        requests.examine(desk.examiner, number, Opinion(draft=made.revision))
    yes = [row.model_copy(update={"confirmed": "yes"}) for row in made.rows[:1]]
    yes.append(made.rows[1].model_copy(update={"confirmed": "changed", "left": "10"}))
    saved = redactions.save_draft(desk.examiner, number, yes, made.revision)
    assert saved.mistakes == ()
    requests.examine(desk.examiner, number, Opinion(draft=saved.revision))
    step = [entry for entry in entries(desk.archive) if entry["action"] == "request.examined"][-1]
    assert (step["details"]["machine_drafted"], step["details"]["machine_moved"]) == (2, 1)


def test_what_was_thrown_out_is_not_offered_again(desk: Desk) -> None:
    number = desk.opened()
    file = desk.file(number, PAPER)
    made = redaction_drafts.propose_rows(desk.examiner, number, file, 0)
    saved = redactions.save_draft(desk.examiner, number, made.rows[:1], made.revision)
    again = redaction_drafts.propose_rows(desk.examiner, number, file, saved.revision)
    assert again.added == 0 and len(again.rows) == 1 and again.gaps == made.gaps
    with pytest.raises(Changed):
        redaction_drafts.propose_rows(desk.examiner, number, file, saved.revision)
    assert redactions.read_draft(desk.examiner, number).gaps == made.gaps


def test_a_plan_on_paper_says_what_was_not_looked_at_and_waits_for_a_yes(desk: Desk, tmp_path: Path) -> None:
    number, plan = desk.opened(), tmp_path / "plan.toml"
    drafted = requests.draft_redactions(desk.examiner, number, plan, draft=True)
    assert (drafted.rows, drafted.files) == (3, 5)
    text = plan.read_text(encoding="utf-8")
    assert "未核对" in text and "没有读出文字的页：1" in text
    rows = tomllib.loads(text)["redaction"]
    assert {(row["object"], row["confirmed"]) for row in rows} == {(PAPER, "no"), ("笔录.txt", "no")}
    with pytest.raises(Refused) as refused:
        requests.examine(desk.examiner, number, Opinion(plan=plan))
    assert {one.code for one in refused.value.findings} == {"redaction.unconfirmed"}
    assert all(one.where.startswith("plan.toml:") for one in refused.value.findings)
    plan.write_text(text.replace('confirmed = "no"', 'confirmed = "yes"'), encoding="utf-8")
    assert [one.found for one in read_plan(plan)] == ["telephone", "identity-number", "telephone"]
    requests.examine(desk.examiner, number, Opinion(plan=plan))
    assert FIRST not in text and PHONE not in text, "a plan tells where, never what"


def test_a_workbook_has_the_rows_in_words(desk: Desk, tmp_path: Path) -> None:
    number, plan = desk.opened(), tmp_path / "plan.xlsx"
    requests.draft_redactions(desk.examiner, number, plan, draft=True)
    book = openpyxl.load_workbook(plan)
    sheet = book["遮盖"]
    heads = [str(cell.value).rstrip(" *") for cell in sheet[1]]
    found, confirmed, what = (heads.index(name) + 1 for name in ("机读所见", "已核对", "方式"))
    rows = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, found).value]
    said = [tuple(sheet.cell(row, column).value for column in (found, confirmed, what)) for row in rows]
    assert said == [("电话", "否", "删去行"), ("身份证号", "否", "涂黑"), ("电话", "否", "涂黑")]
    assert any("没有读出文字" in str(row[0].value) for row in book["说明"].iter_rows())
    with pytest.raises(Refused):
        read_plan(plan)
    for row, answer in zip(rows, ("是", "是", "改"), strict=True):
        sheet.cell(row, confirmed).value = answer
    book.save(plan)
    said_back = [(one.found, one.changed) for one in read_plan(plan)]
    assert said_back == [("telephone", False), ("identity-number", False), ("telephone", True)]


def test_drafting_is_looking_and_not_for_everybody(desk: Desk, tmp_path: Path) -> None:
    number = desk.opened()
    before = len(entries(desk.archive))
    requests.draft_redactions(desk.examiner, number, tmp_path / "plan.toml", draft=True)
    redaction_drafts.propose_rows(desk.examiner, number, desk.file(number, PORTRAIT), 0)
    looks = [entry["action"] for entry in entries(desk.archive)[before:]]
    assert looks.count("request-pages.viewed") == 2
    others: list[Session] = [desk.founder]
    for session in others:
        with pytest.raises(NotPermitted):
            redaction_drafts.propose_rows(session, number, desk.file(number, SCAN), 0)
