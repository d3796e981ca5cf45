"""Logins on their way to the provider: taken once, by their own browser, within ten minutes."""

from __future__ import annotations

from datetime import timedelta

from preserve.administration.provider_flows import Flow, Flows
from preserve.clock import now


def test_one_is_taken_once_by_its_own_browser_in_time() -> None:
    flows, moment = Flows(), now()
    flows.keep("state", Flow("browser", "nonce"), moment)
    assert flows.take("state", "another", moment) is None
    assert flows.take("another", "browser", moment) is None
    taken = flows.take("state", "browser", moment + timedelta(minutes=9))
    assert taken is not None
    assert taken.nonce == "nonce"
    assert flows.take("state", "browser", moment) is None
    flows.keep("late", Flow("browser"), moment)
    assert flows.take("late", "browser", moment + timedelta(minutes=10)) is None


def test_an_empty_browser_takes_nothing_that_was_begun_by_one() -> None:
    flows, moment = Flows(), now()
    flows.keep("state", Flow("browser"), moment)
    assert flows.take("state", "", moment) is None
    assert flows.take("", "", moment) is None
    assert flows.take("\udcff", "\udcff", moment) is None


def test_the_oldest_go_where_there_are_too_many_or_too_much_is_carried() -> None:
    flows, moment = Flows(most=3, most_carried=100), now()
    for number in range(5):
        flows.keep(str(number), Flow("browser"), moment)
    assert [number for number in range(5) if flows.take(str(number), "browser", moment)] == [2, 3, 4]
    flows.keep("small", Flow("browser", carried="x" * 40), moment)
    flows.keep("large", Flow("browser", carried="x" * 90), moment)
    assert flows.take("small", "browser", moment) is None
    assert flows.take("large", "browser", moment) is not None
    flows.keep("again", Flow("browser", carried="x" * 100), moment)
    assert flows.take("again", "browser", moment) is not None
