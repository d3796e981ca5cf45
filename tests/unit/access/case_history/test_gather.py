"""A history gathered: packages, ledger and audits in the order of time, and nothing for those who may not see it."""

from __future__ import annotations

from preserve.access.case_history.gather import entries_about, gather
from preserve.access.case_history.model import History
from preserve.access.requests.steps import Opinion, decide, examine
from preserve.clock import now
from preserve.data_management import ledger
from preserve.data_management.ledger import Entry
from tests.support.asking import PAPER, Counter


def gathered(counter: Counter, name: str = "", *, contents: bool = True) -> tuple[History, list[Entry]]:
    counter.archive.seal()
    with counter.archive.catalogue.read() as connection:
        return gather(counter.archive.home, connection, counter.objid, name, now(), contents=contents)


def test_everything_is_there_in_its_order(counter: Counter) -> None:
    number = counter.approved().number
    history, entries = gathered(counter)
    assert history.intact and history.findings == () and history.title == "测试案"
    assert {happening.source for happening in history.happenings} == {"package", "ledger"}
    times = [happening.when for happening in history.happenings]
    assert times == sorted(times)
    numbers = [int(happening.reference) for happening in history.happenings if happening.source == "ledger"]
    # By their times, which other tests at this archive lead: within the ledger by number.
    assert sorted(numbers) == sorted(entry.number for entry in entries)
    actions = [entry.action for entry in entries if entry.subject == number]
    assert actions == ["request.opened", "request.examined", "request.approved"]
    assert "case.registered" in {entry.action for entry in entries}


def test_who_may_see_deeds_only_sees_no_content(counter: Counter) -> None:
    counter.approved()
    history, _ = gathered(counter, contents=False)
    assert history.title == "" and not history.contents
    assert not any(happening.text for happening in history.happenings)
    assert len(history.happenings) == len(gathered(counter)[0].happenings)


def test_of_an_object_less_is_told_than_of_the_case(counter: Counter) -> None:
    case, _ = gathered(counter)
    history, _ = gathered(counter, PAPER)
    assert history.subject is not None and history.subject.path == PAPER
    assert 0 < len(history.happenings) < len(case.happenings)


def test_an_attempt_under_the_typed_words_counts_and_another_case_s_does_not(counter: Counter) -> None:
    def denied(subject: str) -> int:
        with counter.archive.catalogue.begin() as connection:
            return ledger.append(
                connection, action="access.denied", subject=subject, actor="x", moment=now(), details={"duty": "find"}
            )

    mine, other = denied(counter.case), denied("临文综罚〔2026〕78号")
    history, entries = gathered(counter)
    assert mine in {entry.number for entry in entries} and other not in {entry.number for entry in entries}
    (attempt,) = [happening for happening in history.happenings if happening.reference == str(mine)]
    assert attempt.outcome == "fail"


def test_only_what_is_under_the_checkpoint_is_told(counter: Counter) -> None:
    number = counter.opened().number
    examine(counter.actor("wang"), number, Opinion())
    with counter.archive.catalogue.read() as connection:
        size = ledger.size(connection)
    decide(counter.actor("head"), number, approve=True)
    with counter.archive.catalogue.read() as connection:
        entries = entries_about(connection, counter.objid, (counter.case, ""), size)
    assert [entry.action for entry in entries if entry.subject == number] == ["request.opened", "request.examined"]
    assert all(entry.number <= size for entry in entries)
