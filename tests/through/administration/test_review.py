"""Retention through the program: explained, held, announced, appraised, approved; and the same after a rebuild."""

from __future__ import annotations

import itertools
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pikepdf
import pytest

from preserve.administration.appraisal.model import Appraised, Item, Opinion, Review, State
from preserve.administration.appraisal.steps import REVIEWS
from preserve.errors import NotPermitted, Refused
from preserve.profiles import SHIPPED
from tests.support.office import Office, make_office

pytestmark = pytest.mark.xdist_group("appraisal")
STATES: tuple[State, ...] = get_args(State)
LONG_AGO = date(2013, 5, 20)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A case of ten years that was closed in 2013, with its recordings; no incident that would make it long-term."""
    return make_office(
        tmp_path_factory.mktemp("appraisal"),
        today=LONG_AGO,
        retention="10-years",
        incidents=[],
        measures=[],
        note="当事人曾申请行政复议",
        objects=lambda given: [{**one, "evidence": False, "with_case": False} for one in given],
    )


def review_in(state: State, *, by: tuple[str, ...] = ("wang", "chen")) -> Review:
    item = Item(
        row=1,
        objid="aip-x",
        case_number="1",
        archival_number="",
        title="t",
        responsible="局",
        closed="2010-01-01",
        classification="internal",
        declared="10-years",
        rule="case-10",
        start="2010-01-01",
        years=10,
        due="2021-01-01",
        files=1,
        size=1,
        requests=0,
        copies=(),
        signals=(),
        blocks=(),
    )
    said = tuple(Appraised(by=one, when="2026-01-02T00:00:00Z", opinions={1: Opinion(action="destroy")}) for one in by)
    return Review(
        number="R2026-0001",
        state=state,
        step=1,
        until=date(2026, 1, 1),
        drawn="2026-01-01T00:00:00Z",
        drawn_by="chen",
        rules_sha256="0" * 64,
        group=2,
        items=(item,),
        appraisals=said if state != "drawn" else (),
    )


LEGAL = {
    ("drawn", "appraised"),
    ("drawn", "withdrawn"),
    ("appraised", "appraised"),
    ("appraised", "approved"),
    ("appraised", "withdrawn"),
    *((state, "objected") for state in ("drawn", "appraised", "approved")),
}


@pytest.mark.parametrize(("state", "to"), list(itertools.product(STATES, [one.deed for one in REVIEWS.steps])))
def test_every_transition(state: State, to: str) -> None:
    if (state, to) in LEGAL:
        REVIEWS.check(review_in(state), to, "li")
    else:
        with pytest.raises(Refused):
            REVIEWS.check(review_in(state), to, "li")


@pytest.mark.parametrize(("account", "behalf"), [("wang", ""), ("chen", ""), ("li", "wang"), ("wang", "li")])
def test_none_of_the_group_approves(account: str, behalf: str) -> None:
    with pytest.raises(NotPermitted):
        REVIEWS.check(review_in("appraised"), "approved", account, behalf)


def test_agreement_takes_the_whole_group() -> None:
    one = review_in("appraised", by=("wang",))
    assert one.agreed() == {}, "one member alone agreed with themselves"
    two = review_in("appraised")
    assert two.agreed()[1].action == "destroy"
    differs = Appraised(by="zhao", when="2026-01-02T00:00:00Z", opinions={1: Opinion(action="permanent", why="x")})
    assert two.model_copy(update={"appraisals": (*two.appraisals, differs)}).agreed() == {}


def test_explained_with_the_calculation(office: Office) -> None:
    told = office.json("", "retention", "explain", office.case)
    case = next(one for one in told["things"] if not one["item"])
    assert case["due"] == "2024-01-01"  # closed on 10 May 2013, ten calendar years
    deciding = [one for one in case["periods"] if one["decides"]]
    assert deciding and deciding[0]["last"] == "2023-12-31" and "2013-05-10" in deciding[0]["words"]
    recordings = [one for one in told["things"] if one["item"]]
    assert recordings and all(one["due"] <= case["due"] for one in recordings)
    spoken = office.run("", "retention", "explain", office.case, lang="zh").stdout
    assert "第十九条" in spoken and "次年1月1日" in spoken


def test_announced_before_it_is_due(office: Office) -> None:
    found = office.json("", "retention", "due", "--months", "0")["due"]
    assert any(not one["item"] and one["due"] == "2024-01-01" for one in found)
    assert office.json("", "retention", "list")["counts"]["rows"] > 1


def test_held_by_hand_and_by_request(office: Office) -> None:
    assert office.run("auditor", "hold", "add", office.case, "--kind", "audit", "--reason", "x").returncode == 6
    number = office.json("", "hold", "add", office.case, "--kind", "litigation", "--reason", "涉诉 张某")["hold"][
        "number"
    ]
    assert office.run("", "hold", "release", number, "--reason", "x").returncode == 6, "the archivist released a hold"
    blocks = office.json("", "retention", "explain", office.case)["blocks"]
    assert blocks == [{"kind": "litigation", "number": number}]
    asked = office.open()
    shown = office.json("", "show", office.case)["blocks"]
    assert {one["kind"] for one in shown} == {"litigation", "request"}
    office.json("", "request", "withdraw", asked, "--reason", "撤回")
    office.json("wang", "hold", "release", number, "--reason", "结案")
    assert office.run("wang", "hold", "release", number, "--reason", "again").returncode == 3
    assert office.json("", "show", office.case)["blocks"] == []
    assert "张某" not in json.dumps(office.log(), ensure_ascii=False), "a name stands in the ledger"


def test_reviewed_by_workbook_and_command(office: Office, tmp_path: Path) -> None:
    drawn = office.json("", "retention", "review", "--folder", str(tmp_path))
    number, items = drawn["review"]["number"], drawn["review"]["items"]
    assert [one["item"] for one in items] == [""], "the recordings are listed beside their own case"
    assert "appeal" in items[0]["signals"] and items[0]["copies"]
    with pikepdf.open(tmp_path / f"{number}.pdf") as paper, paper.open_metadata() as about:
        assert about["pdfaid:part"] == "2"
    assert office.run("head", "retention", "approve", number).returncode == 3, "approved before anybody appraised"
    book = openpyxl.load_workbook(tmp_path / f"{number}.xlsx")
    sheet = book[number]
    sheet.cell(2, 16).value, sheet.cell(2, 17).value, sheet.cell(2, 18).value = "延长保管", date(2090, 12, 31), "有复议"
    book.save(tmp_path / "filled.xlsx")
    office.json("wang", "retention", "appraise", number, "--from", str(tmp_path / "filled.xlsx"))
    assert office.run("head", "retention", "approve", number).returncode == 3, "one member is no group"
    assert office.run("head", "retention", "appraise", number, "--item", "1", "--decision", "destroy").returncode == 6
    assert office.run("", "retention", "appraise", number, "--item", "1", "--decision", "extend").returncode == 3
    assert office.run("", "retention", "appraise", number, "--item", "9", "--decision", "destroy").returncode == 3
    office.json(
        "",
        "retention",
        "appraise",
        number,
        "--item",
        "1",
        "--decision",
        "extend",
        "--until",
        "2088-12-31",
        "--reason",
        "有复议",
    )
    assert office.run("wang", "retention", "approve", number).returncode == 6
    office.json("head", "retention", "approve", number)
    assert office.json("", "retention", "explain", office.case)["things"][0]["due"] == "2091-01-01"
    assert office.run("", "retention", "withdraw", number, "--reason", "x").returncode == 3


def test_an_objection_stops_an_item(office: Office) -> None:
    drawn = office.json("", "retention", "review")  # its case was extended: now each recording stands for itself
    number, items = drawn["review"]["number"], drawn["review"]["items"]
    assert items and all(one["item"] for one in items)
    for who in ("", "zhao"):
        office.json(who, "retention", "appraise", number, "--all-items", "--decision", "destroy")
    office.json("wang", "retention", "object", number, "--item", "1", "--reason", "是关键证据")
    left = office.json("head", "retention", "approve", number)
    assert left["left"] == 1 and "1" not in left["outcome"] and len(left["outcome"]) == len(items) - 1


def test_a_record_that_was_altered_is_not_acted_on(office: Office) -> None:
    number = office.json("", "retention", "review")["review"]["number"]
    record = office.archive.home / "store" / "appraisals" / number / "0001.json"
    whole = record.read_text()
    record.write_text(whole.replace('"row": 1', '"row": 2', 1))
    assert office.run("wang", "retention", "show", number).returncode == 4
    record.write_text(whole)
    office.json("", "retention", "withdraw", number, "--reason", "试验")


def test_changed_rules_hold_when_the_head_says_so(office: Office) -> None:
    own = office.archive.home / "profiles" / "retention.toml"
    shutil.copy(SHIPPED / "retention.toml", own)
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace("years = 5\nstarts", "years = 50\nstarts", 1), encoding="utf-8")
    before = office.json("", "retention", "list", "--case", office.case)["rows"]
    told = office.json("", "retention", "changes")
    assert told["counts"].get("longer", 0) > 0 and not told["applied"]
    assert office.json("", "retention", "list", "--case", office.case)["rows"] == before
    assert office.run("", "retention", "changes", "--apply").returncode == 6
    office.json("head", "retention", "changes", "--apply")
    after = office.json("", "retention", "list", "--case", office.case)["rows"]
    assert max(one["computed"] for one in after) > max(one["computed"] for one in before)
    told = office.json("", "retention", "changes")
    assert len(told["in_force"]) == 2 and told["counts"] == {}
    assert office.run("head", "retention", "changes", "--apply").returncode == 3


def test_the_same_after_a_rebuilt_catalogue(office: Office) -> None:
    def seen() -> list[Any]:
        rows = office.json("", "retention", "list", "--case", office.case)["rows"]
        return [rows, office.json("", "hold", "list", "--all")["holds"], office.json("", "show", office.case)["blocks"]]

    office.json("", "hold", "add", office.case, "--kind", "audit", "--reason", "审计")
    before = seen()
    assert office.archive.run("catalogue", "rebuild").returncode == 0
    assert seen() == before
