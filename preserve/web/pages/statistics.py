"""统计: holdings, what came in and whether in time, and use, of one year; the sheet prints as it is."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import Response

from preserve.errors import UsageError
from preserve.messages import bytes_for_people, say, speaking
from preserve.services import statistics
from preserve.services.plots import Bar, columns, lines
from preserve.services.statistics import Statistics
from preserve.web.answers import drawn
from preserve.web.asked import Asked
from preserve.web.routing import page

_FORMATS = 12


@page("GET", "/statistics", "statistics.show")
def show(asked: Asked) -> Response:
    """Figures of a year, and of all that is kept."""
    wanted = asked.query.get("year", "")
    if wanted and not (wanted.isdecimal() and len(wanted) == 4):
        raise UsageError("web.statistics-year-wrong", wanted)
    shown = statistics.show(asked.session, int(wanted) if wanted else None)
    with speaking(asked.language):
        plots = {"months": _months(shown), "formats": _formats(shown), "years": _years(shown)}
    return asked.show("statistics/show.html", shown=shown, plots=plots)


def _months(shown: Statistics) -> Markup:
    counted = enumerate(shown.months, 1)
    bars = [Bar(say("web.statistics-month", month=number), count, str(count)) for number, count in counted]
    return drawn(columns(say("web.statistics-months", year=shown.year), bars))


def _years(shown: Statistics) -> Markup:
    bars = [Bar(str(one.year), one.packages, str(one.packages)) for one in shown.years[-12:]]
    return drawn(columns(say("web.statistics-years"), bars))


def _formats(shown: Statistics) -> Markup:
    bars = [
        Bar(one.name, one.bytes, say("web.statistics-files", count=one.files, size=bytes_for_people(one.bytes)))
        for one in shown.holdings.formats[:_FORMATS]
    ]
    return drawn(lines(say("web.statistics-formats"), bars))
