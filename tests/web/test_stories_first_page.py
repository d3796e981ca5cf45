"""The first page of each role holds what belongs to their working day, and nothing of another's."""

from __future__ import annotations

import re

import pytest

from preserve.messages import say, speaking
from preserve.web.pages.today import ADDRESSES
from tests.support.evidence import COURT_PAPER
from tests.support.web import person
from tests.support.whole_bureau import Bureau

pytestmark = pytest.mark.xdist_group("stories")

LEDGER = {"ledger-signed", "ledger-proven", "ledger-never-proven"}
AUDIT = {"audit-never", "audit-done", "audit-running", "audit-stopped", "audit-failed"}
KEEPING = {"copies-damaged", "copies-missing"} | AUDIT
MEDIA = {"burn", "burn-more", "insert", "insert-more", "media-overdue", "media-failing"}
JOBS = {"jobs-failed", "jobs-running"}
SINCE = {"denied", "logins-refused", "accounts-changed", "decisions", "deliveries", "disposals-done"}
OWN = {"own-returned", "own-draft", "own-uploading", "own-handed-in", "own-refused", "own-taken-in", "own-requests"}
DEPOSITS = {"ingests-refused", "ingests-under-way", "deposits-handed-in", "inbox-waiting", "imports-unfinished"}
APPRAISAL = {"falling-due", "reviews-open", "disposals-to-supervise", "disposals-to-witness", "disposals-to-execute"}

MAY: dict[str, set[str]] = {
    "depositor": OWN | JOBS,
    "archivist": JOBS
    | DEPOSITS
    | KEEPING
    | MEDIA
    | APPRAISAL
    | LEDGER
    | {"requests-to-deliver", "receipts-missing", "transfers-to-hand-over", "transfers-unreceived", "exports-to-write"},
    "examiner": JOBS | APPRAISAL | LEDGER | {"requests-to-examine", "holds"},
    "head": {
        "requests-to-decide",
        "reviews-to-decide",
        "disposals-to-decide",
        "transfers-to-decide",
        "exports-to-decide",
        "deputy",
    }
    | KEEPING
    | APPRAISAL
    | LEDGER
    | JOBS
    | {"packages", "holds", "deposits-to-answer"},
    "auditor": SINCE | LEDGER,
    "system": JOBS | KEEPING | MEDIA | LEDGER | SINCE,
    "security": {"accounts", "accounts-suspended", "sessions-open", "tokens-given"} | SINCE | LEDGER,
}
"""What may stand there: the lines of web pages' design by role, in whatever state the archive is."""
MUST: dict[str, set[str]] = {
    "depositor": {"own-requests"},
    "archivist": {
        "jobs-failed",
        "inbox-waiting",
        "imports-unfinished",
        "requests-to-deliver",
        "media-overdue",
        "falling-due",
    },
    "examiner": {"requests-to-examine", "disposals-to-supervise", "holds"},
    "head": {"requests-to-decide", "transfers-to-decide", "exports-to-decide", "copies-missing", "packages"},
    "auditor": {"denied", "ledger-signed"},
    "system": {"jobs-failed", "media-failing", "copies-missing"},
    "security": {"accounts", "sessions-open", "tokens-given"},
}
"""What must stand there, for there is something to be done in this archive."""


def names_of(lines: list[str]) -> set[str]:
    """Which lines these sentences are; one that is none of them stays as it is."""
    with speaking("zh"):
        places = dict.fromkeys(("count", "label", "when", "of"), "\x00")
        patterns = {
            name: re.escape(say(f"web.today-{name}", **places)).replace("\x00", ".+").replace("\\.+", ".+")
            for name in ADDRESSES
        }
    return {
        next((name for name, pattern in patterns.items() if re.match(pattern + r"(\s.*)?$", line)), line)
        for line in lines
    }


@pytest.mark.parametrize("role", MAY)
def test_each_role_has_its_working_day_and_nothing_else(role: str, bureau: Bureau) -> None:
    if role == "depositor":
        given = {"capacity": "court", "name": "某法官", "cases": "临文综罚〔2014〕9号", "purpose": "查考"}
        scan = {f"paper-{COURT_PAPER}": ("通知书.pdf", b"%PDF-1.4\n", "application/pdf")}
        bureau.post(role, "/requests/new?capacity=court", "/requests/new", files=scan, **given)
    if role == "auditor":  # who sees what was done since they were here last
        bureau.served.client(role).get("/")
        assert bureau.served.client("archivist").get("/accounts").status_code == 403
    with person(bureau.served, role) as page:
        found = names_of([line.replace("\n", " ") for line in page.locator("main section li").all_inner_texts()])
        assert found - MAY[role] == set()
        assert MUST[role] - found == set()
        assert "〔" not in page.inner_text("main"), "no number of a case"
        for link in page.locator("main section li a").all():
            assert link.get_attribute("href")
