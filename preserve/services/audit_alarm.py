"""What a run of the audit came to, as facts and in sentences, and whom it alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from metadata.findings import Value
from preserve.archival_storage.auditing import AuditReport, Overdue
from preserve.archival_storage.checking import CopyCheck
from preserve.archival_storage.notify import notify
from preserve.archival_storage.opening import kind_word
from preserve.archival_storage.policy import AuditProfile
from preserve.home import Home
from preserve.messages import bytes_for_people, listed, say, speaking
from preserve.services.documents import FindingShown, as_document
from preserve.services.failures import failure_of


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file of a copy that is not as it should be."""

    path: str
    verdict: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckedCopy:
    """A copy that is damaged or could not be checked, why, and which of its files."""

    name: str
    medium: str
    outcome: str
    reason: str
    detail: str
    files: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class AuditRun:
    """What a run came to. `status` is 4 for damage, 5 for what was not checked or is overdue.

    `counts`: copies by outcome; `suspect`: copies damaged now or before and not repaired; `insert`: media that a
    person must bring; `not_sent`: notices that did not reach anybody, and why.
    """

    status: int
    run: str
    state: str
    reason: str
    counts: dict[str, int]
    bytes: int
    damaged: tuple[CheckedCopy, ...]
    not_checked: tuple[CheckedCopy, ...]
    findings: tuple[FindingShown, ...]
    insert: tuple[Overdue, ...]
    overdue: tuple[Overdue, ...]
    suspect: int
    not_sent: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: AuditReport) -> AuditRun:
        """The same, as doors show it."""
        return cls(
            report.status,
            report.run,
            report.state,
            report.reason,
            {outcome: report.counts[outcome] for outcome in ("intact", "damaged", "not-checked")},
            report.size,
            tuple(_checked(check) for check in report.damaged),
            tuple(_checked(check) for check in report.unchecked),
            tuple(report.findings),
            tuple(report.insert),
            tuple(report.overdue),
            report.suspect,
        )


def _checked(check: CopyCheck) -> CheckedCopy:
    files = tuple(FileProblem(file.path, file.verdict, file.detail) for file in check.problems)
    return CheckedCopy(check.name, check.medium, check.outcome, check.reason, check.detail, files)


class Line(NamedTuple):
    """One sentence about a run, by its code, and whether it is bad news."""

    code: str
    values: Mapping[str, Value]
    bad: bool


def lines(result: AuditRun) -> Iterator[Line]:
    """What there is to say of a run besides its findings, with words in the language in use."""
    intact, damaged, unchecked = (result.counts[outcome] for outcome in ("intact", "damaged", "not-checked"))
    counts = {"intact": intact, "damaged": damaged, "unchecked": unchecked}
    yield Line("audit.done", {**counts, "size": bytes_for_people(result.bytes), "run": result.run}, damaged > 0)
    for copy in result.damaged:
        files = listed(file.path for file in copy.files[:20]) or "—"
        yield Line("audit.damaged", {**_copy_words(copy), "files": files}, True)
    for copy in result.not_checked:
        yield Line("audit.not-checked", _copy_words(copy), False)
    for medium in result.overdue:
        yield Line("audit.overdue", medium_words(medium), True)
    if result.suspect:
        yield Line("audit.suspect", {"count": result.suspect}, True)


def _copy_words(copy: CheckedCopy) -> dict[str, Value]:
    return {"name": copy.name or "*", "medium": copy.medium, "reason": say(f"words.reason-{copy.reason}")}


def medium_words(medium: Overdue) -> dict[str, Value]:
    """What a sentence about a medium that waits to be read says of it, in the language in use."""
    return {
        "label": medium.label,
        "kind": kind_word(medium.kind),
        "place": medium.place or "—",
        "since": medium.since[:10],
        "copies": medium.copies,
    }


def alarm(home: Home, profile: AuditProfile, result: AuditRun) -> tuple[str, ...]:
    """Damage, what could not be checked and what is overdue must not wait until somebody looks.

    In the archive's language: a timer has none of its own. Returns what could not be sent.
    """
    with speaking(home.settings.language):
        words = [say(line.code, **line.values) for line in lines(result)]
        words += [f"{say(finding.code, **finding.values)} {finding.where}" for finding in result.findings]
        return _send(home, profile, words, as_document(result))


def alarm_failure(home: Home, profile: AuditProfile, error: Exception) -> tuple[str, ...]:
    """A run that failed alarms as damage does: nothing was read after it. Returns what could not be sent."""
    failure = failure_of(error)
    with speaking(home.settings.language):
        what = say(failure.code, **failure.told()) if failure else f"{type(error).__name__}: {error}"
        words = f"{failure.where}: {what}" if failure and failure.where else what
        return _send(home, profile, [words], {"ok": False, "state": "failed", "error": str(error)})


def _send(home: Home, profile: AuditProfile, words: Sequence[str], document: dict[str, Any]) -> tuple[str, ...]:
    subject = say("audit.subject", institution=home.settings.institution)
    text = "\n".join(words) + "\n"
    return tuple(notify(profile.notify, subject, text, {"institution": home.settings.institution, **document}))
