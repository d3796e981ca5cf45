"""Retention (保管期限): what falls due when and why, the calculation of one case, the rules and their changes."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote, urlencode

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import jobs, retention, retention_rules, retention_search
from preserve.services.confirm import confirmed
from preserve.services.failures import Failure
from preserve.services.pages import Page
from preserve.services.retention_search import SPANS, RetentionWish
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page

_ROWS = 100
_ITEMS: tuple[Literal["", "case", "recording"], ...] = ("", "case", "recording")


@page("GET", "/retention", "retention.find")
def listing(asked: Asked) -> Response:
    """What is kept, by what was asked for; a case by its number leads to its own page."""
    if case := asked.query.get("case", "").strip():
        return asked.see_other(f"/cases/{quote(case, safe='')}/retention")
    wish = _wish(asked)
    found = retention_search.find(asked.session, wish, Page(asked.query.get("after", ""), _ROWS))
    given = [(name, value) for name, value in asked.query.multi_items() if name != "after" and value]
    following = "/retention?" + urlencode([*given, ("after", found.next)]) if found.next else ""
    first = "/retention?" + urlencode(given) if asked.query.get("after") else ""
    return asked.show("retention/list.html", found=found, wish=wish, spans=SPANS, next=following, first=first)


def _wish(asked: Asked) -> RetentionWish:
    """What the address asks for. Raises UsageError for a number of months that is none."""
    months = asked.query.get("months", "").strip()
    if months and not (months.isascii() and months.isdigit() and len(months) < 5):
        raise UsageError("retention.months-wrong", months[:40])
    return RetentionWish(
        forms.one_of(asked.query.get("span", ""), SPANS, "soon"),
        int(months) if months else None,
        asked.query.get("rule", "")[:80],
        forms.one_of(asked.query.get("item", ""), _ITEMS, ""),
        asked.query.get("held", "") == "1",
    )


@page("GET", "/cases/{objid}/retention", "retention.explain")
def explain(asked: Asked) -> Response:
    """Until when a case and each of its recordings is kept, and how that was reckoned."""
    why = retention.explain(asked.session, asked.path["objid"])
    return asked.show("retention/case.html", why=why)


@page("GET", "/retention/rules", "retention.changes")
def rules(asked: Asked) -> Response:
    """The rules in force, and what the rules as they are written now would change."""
    return _rules(asked, None, 200)


def _rules(asked: Asked, failure: Failure | None, status: int) -> Response:
    return asked.show("retention/rules.html", status, changes=retention_rules.changes(asked.session), failure=failure)


@page("POST", "/retention/rules/proposal", "job.ask", "retention.propose", "retention.changes")
def propose(asked: Asked) -> Response:
    """Propose other numbers, as a job: the process that works on jobs writes them into the rules."""

    def deed() -> Response:
        years = {name[6:]: _number(text) for name, text in asked.form.items() if name.startswith("years.")}
        arguments = {
            "years": years,
            **{name: _number(asked.form.get(name, "")) for name in ("notice_months", "group", "cooling_days")},
            "reason": asked.needed("reason"),
            "seen": forms.seen(asked),
        }
        job = jobs.ask(asked.session, "retention.propose", arguments, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _rules, deed)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6):
        raise UsageError("web.retention-number-wrong", text[:40])
    return int(text)


@page("POST", "/retention/rules/in-force", "retention.put_in_force", "retention.changes")
def put_in_force(asked: Asked) -> Response:
    """The head puts the rules in force whose changes were shown."""

    def deed() -> Response:
        seen = forms.seen(asked)
        session = confirmed(asked.session, asked.needed("confirm"), ("retention.put_in_force", seen, seen))
        retention_rules.put_in_force(session, seen=seen)
        return asked.see_other("/retention/rules", "web.retention-in-force-now")

    return or_again(asked, _rules, deed)
