"""工作台: the first page, with what waits for each person; every line leads to the list that it counts."""

from __future__ import annotations

from starlette.responses import Response

from preserve.services import workbench
from preserve.services.workbench_facts import NEWEST
from preserve.web.asked import Asked
from preserve.web.routing import page

ADDRESSES = {
    "ingests-refused": "/deposits",
    "ingests-under-way": "/jobs?state=running",
    "deposits-to-answer": "/deposits?state=to-answer",
    "deposits-handed-in": "/deposits?state=waiting",
    "inbox-waiting": "/deposits?state=waiting",
    "imports-unfinished": "/imports",
    "own-returned": "/deposits?state=returned",
    "own-draft": "/deposits?state=waiting",
    "own-uploading": "/deposits?state=waiting",
    "own-handed-in": "/deposits?state=waiting",
    "own-refused": "/deposits",
    "own-taken-in": "/deposits?state=taken-in",
    "own-requests": "/requests",
    "requests-to-examine": "/requests?state=opened",
    "requests-to-decide": "/approvals",
    "requests-to-deliver": "/requests?state=approved",
    "receipts-missing": "/requests?state=delivered",
    "reviews-to-decide": "/approvals",
    "disposals-to-decide": "/approvals",
    "transfers-to-decide": "/approvals",
    "exports-to-decide": "/approvals",
    "copies-damaged": "/repairs",
    "copies-missing": "/copies?missing=1",
    "burn": "/discs",
    "burn-more": "/discs",
    "insert": "/audits",
    "insert-more": "/audits",
    "media-overdue": "/media?show=overdue",
    "media-failing": "/media?show=failing",
    "audit-never": "/audits",
    "audit-done": "/audits",
    "audit-running": "/audits",
    "audit-stopped": "/audits",
    "audit-failed": "/audits",
    "falling-due": "/retention",
    "reviews-open": "/reviews",
    "disposals-to-supervise": "/disposals?state=proposed",
    "disposals-to-witness": "/disposals?state=executed",
    "disposals-to-execute": "/disposals?state=approved",
    "holds": "/holds",
    "transfers-to-hand-over": "/transfers?state=approved",
    "transfers-unreceived": "/transfers?state=handed-over",
    "exports-to-write": "/exports?state=approved",
    "deputy": "/me",
    "accounts": "/accounts",
    "accounts-suspended": "/accounts",
    "sessions-open": "/accounts/sessions",
    "tokens-given": "/accounts/sessions",
    "denied": "/audit/ledger?action=access.denied",
    "logins-refused": "/audit/ledger?action=person.login-refused",
    "accounts-changed": "/audit/ledger?action=person.changed",
    "decisions": "/audit",
    "deliveries": "/audit",
    "disposals-done": "/audit",
    "ledger-signed": "/audit/ledger",
    "ledger-proven": "/audit",
    "ledger-never-proven": "/audit",
    "packages": "/statistics",
    "jobs-failed": "/jobs?state=failed",
    "jobs-running": "/jobs?state=running",
}
"""Where each line leads; one whose page is not there is shown without a link."""


@page("GET", "/", "workbench.show")
def today(asked: Asked) -> Response:
    """The first page."""
    return asked.show("today.html", parts=workbench.show(asked.session).parts, addresses=ADDRESSES, newest=NEWEST)
