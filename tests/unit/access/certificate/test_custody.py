"""The chain of custody: every step once, oldest first, by whom, and with the digest that it speaks of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from preserve.access.certificate.custody import Step, trace
from preserve.data_management import ledger, versions
from preserve.data_management.proof.anchors import read_anchor
from tests.support.asking import Counter


def traced(counter: Counter, number: str, *, several: bool = False) -> list[Step]:
    package = f"{counter.objid}_v0001"
    with counter.archive.catalogue.read() as connection:
        numbers = [entry.number for entry in ledger.about(connection, number)]
        return trace(connection, counter.archive.home, {package: counter.case}, numbers, several)


@pytest.fixture(scope="module")
def number(counter: Counter) -> str:
    return counter.approved().number


def test_from_deposit_to_approval_in_the_order_of_the_ledger(counter: Counter, number: str) -> None:
    steps = traced(counter, number)
    assert [step.when for step in steps] == sorted(step.when for step in steps)
    numbers = [step.entry for step in steps if step.entry]
    assert numbers == sorted(set(numbers))
    with counter.archive.catalogue.read() as connection:
        actions = [entry.action for entry in ledger.numbered(connection, numbers)]
    assert actions[0] == "ingest.started" and actions[-1] == "request.approved"
    for action in ("ingest.copied", "ingest.sealed", "case.registered", "copy.changed", "request.opened"):
        assert action in actions
    # Accounts that nobody is registered for: a court must see that no name is known.
    unnamed = "（未登记姓名 name not registered）"
    assert {step.who for step in steps} == {who + unnamed for who in ("zhou", "founder", "wang", "head")}


def test_the_digest_that_was_registered_is_told_in_groups(counter: Counter, number: str) -> None:
    with counter.archive.catalogue.read() as connection:
        manifest = read_anchor(connection, f"{counter.objid}_v0001").manifest
        assert versions.read(connection, f"{counter.objid}_v0001").manifest_sha256 == manifest
    (step,) = [step for step in traced(counter, number) if step.digest == manifest]
    row = step.row(counter.archive.home)
    assert row["digest"].replace(" ", "") == manifest and len(row["digest"].split(" ")) == 8
    assert row["entry"] == str(step.entry) and "+08:00" in row["time"]
    assert Step("2026-03-01T00:00:00Z", {"zh": "", "en": ""}, "", "", None).row(counter.archive.home)["entry"] == "—"


def test_of_several_cases_each_step_says_of_which(counter: Counter, number: str) -> None:
    alone, several = traced(counter, number), traced(counter, number, several=True)
    named = [step for step in several if step.event["zh"].endswith(counter.case)]
    with counter.archive.catalogue.read() as connection:
        about = {entry.number for entry in ledger.about(connection, counter.objid)}
    assert named == [step for step in several if step.entry in about] != []
    assert not any(counter.case in step.event["en"] for step in alone)


def test_what_happened_to_another_version_does_not_belong_here(counter: Counter, number: str) -> None:
    before = traced(counter, number)
    for name in (f"{counter.objid}_v0002", f"{counter.objid}_v0001"):
        with counter.archive.catalogue.begin() as connection:
            ledger.append(
                connection,
                action="copy.not-repaired",
                subject=counter.objid,
                actor="chen",
                moment=datetime(2030, 1, 1, tzinfo=UTC),
                details={"name": name, "medium": "m-9"},
            )
    (more,) = [step for step in traced(counter, number) if step not in before]
    assert more.who.startswith("chen（") and "m-9" in more.event["en"]
