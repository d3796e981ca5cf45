"""Who answers for an error names the one thing, says why, and is let in by a head: everything else is no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.description.problems import PROBLEMS
from preserve.errors import NotPermitted, Refused
from preserve.ingest.acceptance import Answerer, accept, accepted, says_something
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.runner import run
from preserve.messages import speaking
from preserve.progress import Silent
from tests.support.small_case import small_archive
from tests.support.tiny_case import write_case
from tests.support.views import description

RULE = read_rules(None).accepting
MISSING = Finding(
    "rule.document-missing", "立案审批表", "error", {"article": "7", "document": "filing form", "stage": "启动"}
)
OTHER = Finding("rule.document-missing", "送达回证", "error", {"article": "7", "document": "receipt", "stage": "送达"})
SEIZED = {"article": "9", "measure": "扣押", "start": "2026-01-06 10:00:00", "end": "2026-01-06 11:00:00"}
UNRECORDED = Finding("rule.measure-not-recorded", "", "error", SEIZED)
WHOLE = Finding("rule.closed-in-future", "", "error", {"article": "16", "closed": "2027-01-08"})


def _codes(findings: list[Finding], *answers: dict[str, Any]) -> list[tuple[str, str]]:
    case = description(
        acceptances=[{"person": "周建国", "reason": "原件于2025年水淹损毁", **answer} for answer in answers]
    )
    return [(finding.code.partition(".")[2], finding.severity) for finding in accept(case, findings, RULE)]


@pytest.mark.parametrize(
    ("finding", "answer"),
    [
        (MISSING, {"finding": "document-missing", "where": "立案审批表"}),
        (MISSING, {"finding": "rule.document-missing", "where": " filing　form"}),
        (UNRECORDED, {"finding": "measure-not-recorded", "where": "扣押"}),
        (UNRECORDED, {"finding": "measure-not-recorded", "where": "扣押 2026-01-06 10:00:00"}),
        (WHOLE, {"finding": "closed-in-future", "where": "一号"}),
    ],
    ids=["by-place", "by-name", "measure", "measure-and-time", "whole-case"],
)
def test_an_answer_counts_for_the_one_thing_that_it_names(finding: Finding, answer: dict[str, str]) -> None:
    assert _codes([finding, OTHER], answer) == [(finding.code[5:], "warning"), ("document-missing", "error")]


@pytest.mark.parametrize("where", ["", " ", "7", "启动", "送达", "全部", "立案", "一号", "*"])
def test_no_answer_counts_for_more_than_it_names(where: str) -> None:
    codes = _codes([MISSING, OTHER], {"finding": "document-missing", "where": where})
    assert codes[:2] == [("document-missing", "error")] * 2
    assert codes[2][0] == ("acceptance-unused" if where.strip() else "acceptance-nowhere")


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("无", False),
        ("/", False),
        ("同意", False),
        ("情况属实", False),
        ("……", False),
        ("——　。", False),
        ("同意，情况属实，无异议。", False),
        ("无无无无无无无", False),
        ("1111111111", False),
        ("ＯＫ", False),
        ("N/A", False),
        ("已核实！！！特此说明", False),
        ("原件已失", True),
        ("录音笔断电", True),
        ("2025年7月水淹，原件损毁", True),
        ("The original was lost in a flood", True),
    ],
)
def test_a_reason_says_something_once_empty_phrases_are_taken_out(reason: str, says: bool) -> None:
    assert says_something(reason, RULE) is says
    codes = _codes([MISSING], {"finding": "document-missing", "where": "立案审批表", "reason": reason})
    assert codes[0] == ("document-missing", "warning" if says else "error")
    assert (("acceptance-no-reason", "warning") in codes) is not says


def test_only_a_head_lets_it_in_and_the_ledger_says_who(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "home")
    case = write_case(tmp_path / "case")

    def take_in(answerer: str | Answerer) -> Any:
        return run(archive.home, archive.catalogue, case, person=answerer, jobs=1, watcher=Silent())

    with speaking("zh"), pytest.raises(NotPermitted, match=r"rule\.acceptance-not-permitted") as refused:
        take_in("zhou")
    assert refused.value.values["finding"] in [chinese for chinese, _ in PROBLEMS.values()]
    assert list((archive.home.store / "aips").glob("*")) == [] if (archive.home.store / "aips").exists() else True
    done = take_in(Answerer("head", may=True, on_behalf_of="li"))
    with archive.catalogue.read() as connection:
        (entry,) = ledger.about(connection, done.objid, "case.registered")
    assert entry.actor == "head" and len(entry.details["accepted"]) > 1
    assert {(row["by"], row["on_behalf_of"]) for row in entry.details["accepted"]} == {("head", "li")}
    archive.close()


def test_whoever_answers_for_nothing_needs_no_head(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "home")
    with pytest.raises(Refused, match=r"sip\.unexplained"):
        run(
            archive.home,
            archive.catalogue,
            write_case(tmp_path / "b", acceptances=[]),
            person="zhou",
            jobs=1,
            watcher=Silent(),
        )
    archive.close()
    assert accepted([MISSING], Answerer("zhou")) == []
