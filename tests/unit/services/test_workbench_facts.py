"""The facts of a first page: counted over the newest packages only, and days of proceedings joined over states."""

from __future__ import annotations

from dataclasses import replace

from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.data_management.standings import Standing
from preserve.services.workbench_facts import Facts, Line
from tests.support.bureau import Bureau


def test_states_are_joined_and_what_is_not_there_is_no_line(bureau: Bureau) -> None:
    session = replace(bureau.session(bureau.askers["examiner"]), acting=Person("e", "王", frozenset({Role.EXAMINER})))
    with bureau.archive.catalogue.read() as connection:
        facts = Facts(session, connection)
        found = facts.standing("request", ("opened", "examined"))
        assert (found.count, found.late, len(found.first)) == (1, 0, 10)
        assert facts.standing("transfer", ("prepared",)) == Standing(0)
        assert list(facts.line("x", "transfer", "prepared")) == []
        assert list(facts.line("x", "request", "opened")) == [Line("x", 1, 0, found.first)]


def test_a_package_that_lacks_copies_is_counted_once(bureau: Bureau) -> None:
    session = replace(bureau.session(bureau.askers["founder"]), acting=Person("f", "吴", frozenset({Role.ARCHIVIST})))
    with bureau.archive.catalogue.read() as connection:
        facts = Facts(session, connection)
        assert (facts.unsealed, facts.damaged, len(facts.media)) == (1, 0, 1)
        assert facts.media is facts.media
