"""Annual figures: what is held, what came in and whether in time, how it was used; nothing that names a case."""

from __future__ import annotations

import pytest

from preserve.errors import UsageError
from preserve.services import statistics
from preserve.services.documents import as_document
from tests.support.bureau import Bureau


def shown(bureau: Bureau, who: str, year: int | None = None) -> statistics.Statistics:
    return statistics.show(bureau.session(bureau.askers[who]), year)


def test_one_case_and_one_request_are_counted(bureau: Bureau) -> None:
    figures = shown(bureau, "archivist")
    assert (figures.holdings.cases, figures.holdings.packages, figures.holdings.superseded) == (1, 1, 0)
    roles = {amount.name: amount for amount in figures.holdings.representations}
    assert set(roles) == {"original", "preservation", "access"} and roles["original"].files == 7
    assert sum(amount.files for amount in figures.holdings.formats) == roles["original"].files
    assert sum(figures.months) == figures.intake.cases == figures.years[-1].packages == 1
    assert (figures.intake.judged, figures.intake.late) == (1, 0)
    assert figures.use is not None and figures.use.requests == 1 and figures.use.purposes


def test_a_year_in_which_nothing_was_is_empty(bureau: Bureau) -> None:
    figures = shown(bureau, "archivist", 2019)
    assert (sum(figures.months), figures.intake.cases, figures.use) == (0, 0, None)
    assert figures.holdings.cases == 1


def test_who_may_not_find_cases_sees_figures_only(bureau: Bureau) -> None:
    figures = shown(bureau, "auditor")
    assert figures.use is not None and not figures.use.purposes
    assert bureau.case not in str(as_document(figures)) and "举证" not in str(as_document(figures))


@pytest.mark.parametrize("year", [0, 999, 9999, -5])
def test_a_year_that_is_none_is_refused(bureau: Bureau, year: int) -> None:
    if year == 0:
        assert shown(bureau, "archivist", year).year > 2000
        return
    with pytest.raises(UsageError):
        shown(bureau, "archivist", year)
