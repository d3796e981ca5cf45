"""The forms of case files: of one case from its page, of a year, and the papers about a fonds; each made as a job."""

from __future__ import annotations

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import job_files, jobs
from preserve.services.failures import Failure
from preserve.web.asked import Asked
from preserve.web.forms import or_again
from preserve.web.routing import page


@page("GET", "/forms", "job.made")
def year(asked: Asked) -> Response:
    """Which year to print; with what was printed of the year in the address."""
    return _year(asked, None, 200)


def _year(asked: Asked, failure: Failure | None, status: int) -> Response:
    wanted = asked.form.get("year", "") or asked.query.get("year", "")
    made = job_files.made(asked.session, "forms.year", wanted)
    return asked.show("file_forms/year.html", status, year=wanted, made=made, failure=failure)


@page("POST", "/forms", "job.ask", "forms.year", "job.made")
def print_year(asked: Asked) -> Response:
    """Have the lists of a year written."""

    def deed() -> Response:
        text = asked.needed("year").strip()
        if not (text.isascii() and text.isdecimal() and len(text) == 4):
            raise UsageError("forms.year-wrong", text[:40])
        wish = {
            "year": int(text),
            "fonds": asked.form.get("fonds", "").strip(),
            "workbook": asked.form.get("workbook", "") == "1",
            "inner": asked.form.get("inner", "") == "1",
        }
        asked_for = jobs.ask(asked.session, "forms.year", wish, key=asked.key, subject=text)
        return asked.see_other(f"/jobs/{asked_for.id}")

    return or_again(asked, _year, deed)


@page("POST", "/cases/{objid}/forms", "job.ask", "forms.case")
def print_case(asked: Asked) -> Response:
    """Have the forms of a case written."""
    objid = asked.path["objid"]
    wish = {"cases": [objid], "workbook": True, "inner": asked.form.get("inner", "") == "1"}
    asked_for = jobs.ask(asked.session, "forms.case", wish, key=asked.key, subject=objid)
    return asked.see_other(f"/jobs/{asked_for.id}")


@page("POST", "/fonds/{code}/papers", "job.ask", "forms.fonds")
def print_fonds(asked: Asked) -> Response:
    """Have the papers about a fonds gathered."""
    asked_for = jobs.ask(asked.session, "forms.fonds", {"code": asked.path["code"]}, key=asked.key)
    return asked.see_other(f"/jobs/{asked_for.id}")
