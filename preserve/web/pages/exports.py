"""Exports (导出): proposed from cases, decided by the head, written as a job and fetched as one file."""

from __future__ import annotations

from starlette.responses import Response

from preserve.errors import Conflict
from preserve.services import exports, job_files, jobs, reader_notes
from preserve.services.exports import FORMS, LOST, STATES
from preserve.services.failures import Failure
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page
from preserve.web.verdicts import give_verdict

_UNDER_WAY = ("proposed", "approved", "writing")


@page("GET", "/exports", "export.list", "chosen.list")
def listing(asked: Asked) -> Response:
    """Exports under way, or all, and the form that proposes one; `case` in the address fills the form."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    wanted = forms.one_of(asked.query.get("state", ""), ("", "all", *STATES), "")
    found = exports.list_exports(asked.session)
    shown = STATES if wanted == "all" else (wanted,) if wanted else _UNDER_WAY
    return asked.show(
        "exports/list.html",
        status,
        rows=tuple(row for row in reversed(found.exports) if row.state in shown),
        more=found.more,
        wanted=wanted,
        states=("approved", "written"),
        cases=asked.form.get("cases", "") or "\n".join(_asked_for(asked)),
        formats=[(form, LOST[form]) for form in sorted(FORMS, key=lambda form: form != "plain")],
        failure=failure,
    )


def _asked_for(asked: Asked) -> list[str]:
    """Cases that the address names, or those that whoever asks has chosen."""
    if asked.query.get("from", "") == "chosen":
        return [one.case_number for one in reader_notes.list_chosen(asked.session).cases]
    return asked.query.getlist("case")[:500]


@page("POST", "/exports", "export.propose", "export.list", "chosen.list")
def propose(asked: Asked) -> Response:
    """Propose an export of these cases, or of all."""

    def deed() -> Response:
        proposed = exports.propose(
            asked.session,
            forms.names(asked.form.get("cases", "")),
            receiver=asked.form.get("receiver", ""),
            purpose=asked.form.get("purpose", ""),
            form=forms.one_of(asked.form.get("form", ""), FORMS, "plain"),
            whole=bool(asked.form.get("whole")),
        )
        return asked.see_other(f"/exports/{proposed.number}", "web.export-proposed")

    return or_again(asked, _list, deed)


@page("GET", "/exports/{number}", "export.show", "job.made")
def one(asked: Asked) -> Response:
    """Everything about one export, and what is next."""
    return _one(asked, None, 200)


def _one(asked: Asked, failure: Failure | None, status: int) -> Response:
    view = exports.show(asked.session, asked.path["number"])
    made = job_files.made(asked.session, "export.write", view.export.number)
    lost = LOST[view.export.form]
    return asked.show("exports/one.html", status, view=view, export=view.export, lost=lost, made=made, failure=failure)


@page("POST", "/exports/{number}/decision", "export.approve", "export.refuse", "export.show", "job.made")
def decide(asked: Asked) -> Response:
    """The head approves or refuses what was shown."""

    return or_again(asked, _one, lambda: give_verdict(asked, "export", exports.approve, exports.refuse))


@page("POST", "/exports/{number}/writing", "job.ask", "export.write", "export.show", "job.made")
def write(asked: Asked) -> Response:
    """Have it written as a job; the files lie with the job to be fetched."""

    def deed() -> Response:
        number = asked.path["number"]
        view = exports.show(asked.session, number)
        if "begun" not in view.offered:
            raise Conflict("web.export-not-now", number)
        job = jobs.ask(asked.session, "export.write", {"number": number}, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _one, deed)


@page("POST", "/exports/{number}/withdrawal", "export.withdraw", "export.show", "job.made")
def withdraw(asked: Asked) -> Response:
    """Give it up."""

    def deed() -> Response:
        exports.withdraw(asked.session, asked.path["number"], reason=asked.form.get("why", ""))
        return asked.see_other(f"/exports/{asked.path['number']}", "web.export-withdrawn")

    return or_again(asked, _one, deed)
