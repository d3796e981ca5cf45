"""The first page of each role: what waits for them and nothing else, and no word of any case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.administration.duties import Role
from preserve.errors import NotPermitted
from preserve.services import workbench
from preserve.services.documents import as_document
from preserve.services.workbench_facts import Line
from tests.support.bureau import Bureau, make_bureau


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """One of its own: a job that another test asked for would stand on the first page."""
    whole = make_bureau(tmp_path_factory.mktemp("workbench"))
    yield whole
    whole.archive.close()


SEEN = {
    "founder": {"keeping", "ledger"},
    Role.ARCHIVIST.value: {"keeping", "ledger"},
    Role.EXAMINER.value: {"requests", "ledger"},
    Role.HEAD.value: {"keeping", "people", "ledger", "holdings"},
    Role.AUDITOR.value: {"since", "ledger"},
    Role.SYSTEM_ADMINISTRATOR.value: {"keeping"},
    Role.SECURITY_ADMINISTRATOR.value: {"people", "since", "ledger"},
    Role.DEPOSITOR.value: set(),
    "deputy of the head": {"requests", "keeping", "ledger", "holdings"},
}


def lines(bureau: Bureau, who: str) -> dict[str, Line]:
    parts = workbench.show(bureau.session(bureau.askers[who])).parts
    return {line.name: line for part in parts for line in part.lines}


@pytest.mark.parametrize("who", SEEN)
def test_each_sees_the_parts_of_their_own_day(who: str, bureau: Bureau) -> None:
    shown = workbench.show(bureau.session(bureau.askers[who]))
    assert {part.name for part in shown.parts} == SEEN[who]
    assert all(part.lines for part in shown.parts)


@pytest.mark.parametrize("who", SEEN)
def test_nothing_of_a_case_stands_there_and_no_look_is_recorded(who: str, bureau: Bureau) -> None:
    before = bureau.size()
    document = str(as_document(workbench.show(bureau.session(bureau.askers[who]))))
    assert bureau.case not in document and bureau.objid not in document
    assert bureau.size() == before


def test_a_request_waits_for_who_examines_with_its_day(bureau: Bureau) -> None:
    line = lines(bureau, "examiner")["requests-to-examine"]
    assert (line.count, line.late, len(line.first)) == (1, 0, 10)
    assert "requests-to-examine" not in lines(bureau, "head")


def test_a_package_that_lacks_copies_is_counted(bureau: Bureau) -> None:
    for who in ("archivist", "system-administrator", "head"):
        assert lines(bureau, who)["copies-missing"].count == 1
        assert lines(bureau, who)["audit-never"].count == 0
    assert lines(bureau, "head")["packages"].count == 1
    assert lines(bureau, "head")["deputy"].label == "deputy"


def test_who_watches_is_told_of_refused_attempts(bureau: Bureau) -> None:
    before = lines(bureau, "auditor").get("denied", Line("denied", 0)).count
    with pytest.raises(NotPermitted):
        workbench.show(bureau.session(bureau.askers["suspended"]))
    assert lines(bureau, "auditor")["denied"].count == before + 1
    assert "denied" not in lines(bureau, "archivist")
