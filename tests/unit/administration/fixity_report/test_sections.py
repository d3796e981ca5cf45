"""The fixity report in words: a sound archive passes everything, each trouble is named in the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from preserve.administration.fixity_report.facts import Facts, gather, limit_of
from preserve.administration.fixity_report.sections import sections
from preserve.administration.printing import Section
from preserve.archival_storage.policy import read_policy
from preserve.clock import now
from preserve.data_management.audit_records import Record
from preserve.messages import LANGUAGES, say, speaking
from tests.support.due_case import bureau_in

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    with bureau_in(tmp_path_factory.mktemp("fixity")) as bureau:
        home = bureau.archive.home
        gathered = gather(home, bureau.archive.catalogue, read_policy(home.profiles), now())
        yield replace(gathered, unsealed=0)


def parts_of(facts: Facts) -> dict[str, Section]:
    profile_days = {coverage.kind: coverage.days for coverage in facts.coverage}
    return {part.title: part for part in sections(facts, ZONE, profile_days)}


def failure(outcome: str, reason: str, medium: str, path: str = "") -> Record:
    when = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)
    return Record(when, "run", "aip-1_v0001", medium, path, 1, 1, "", outcome, reason, "", 1)  # type: ignore[arg-type]


def results(facts: Facts) -> dict[str, str]:
    return {row[1]: row[2] for row in parts_of(facts)[say("report.four")].rows}


def test_a_sound_archive_passes_but_for_the_drills_that_nobody_did(facts: Facts) -> None:
    with speaking("zh"):
        assert not parts_of(facts)[say("report.verdict")].bad
        # What nobody did has neither passed nor failed.
        other = {name: result for name, result in results(facts).items() if result != say("report.pass")}
        assert other == {say("report.item-drills"): say("report.not-done")}
        due = parts_of(facts)[say("report.due")]
        assert [row[1] for row in due.rows] == ["临文综罚〔2013〕1号", "临文综罚〔2013〕2号"]
        assert facts.checkpoint.strip() in parts_of(facts)[say("report.checkpoint")].rows[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_is_whole_in_both_languages(facts: Facts, language: str) -> None:
    medium = facts.media[0].row.id
    troubled = replace(
        facts,
        failures=(failure("damaged", "altered", medium), failure("not-checked", "medium-absent", "unheard-of", "a")),
        repairs=(_repair("copy.repaired", taken={"A": 2}), _repair("copy.not-repaired", lost=["a", "b"])),
        drills=(("2026-05", _drill(whole=False, reason="altered")),),
    )
    with speaking(language):  # type: ignore[arg-type]
        parts = sections(troubled, ZONE, {})
        for part in parts:
            assert "{" not in part.title + part.words
            assert {len(row) for row in part.rows} <= {len(part.heads)}
        shown = {part.title: part for part in parts}
        first, second = shown[say("report.failures")].rows
        assert first[0] == "2026-06-01 00:30", "at the bureau's hour"
        assert (first[2], second[2]) == (facts.media[0].row.label, "unheard-of")
        assert shown[say("report.repairs")].rows[0][4] == "A × 2"


def _repair(action: str, **details: Any) -> dict[str, Any]:
    return {"action": action, "time": "2026-05-01T00:00:00Z", "details": {"name": "aip-1", "medium": "m", **details}}


def _drill(**changes: Any) -> dict[str, Any]:
    return {"name": "aip-1_v0001", "medium": "m", "whole": True, "bytes": 10, "reason": "", **changes}


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"failures": (failure("damaged", "altered", "m"),)}, "digests"),
        ({"failures": (failure("damaged", "absent", "m"),)}, "files"),
        ({"failures": (failure("not-checked", "medium-absent", "m"),)}, "readable"),
        ({"ledger_findings": ("ledger.contradicts-checkpoint",)}, "ledger"),
        ({"unsealed": 1}, "copies"),
        ({"suspect": 1}, "current"),
    ],
)
def test_each_trouble_fails_its_own_property(facts: Facts, changes: dict[str, Any], item: str) -> None:
    with speaking("zh"):
        before, after = results(facts), results(replace(facts, **changes))
        assert {name for name in before if before[name] != after[name]} == {say(f"report.item-{item}")}


def test_a_failed_drill_and_a_suspect_copy_are_in_the_verdict(facts: Facts) -> None:
    with speaking("zh"):
        bad = replace(facts, suspect=2, unsealed=3, drills=(("2026-05", _drill(whole=False)),))
        verdict = sections(bad, ZONE, {})[0]
        assert verdict.bad
        assert verdict.words.splitlines() == [
            say("report.bad-copies", count=2),
            say("report.bad-unsealed", count=3),
            say("report.bad-drills", count=1),
        ]
        part = replace(facts, failures=(failure("damaged", "altered", "m", "data/a.txt"),))
        assert results(part) == results(facts), "rows of single files are counted with their copy"


def test_the_limit_of_a_kind_is_the_profile_s(facts: Facts) -> None:
    assert all(coverage.days == limit_of(read_policy(None), coverage.kind) for coverage in facts.coverage)
