"""The table of the REST door: every operation stands in it, or has its reason not to."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.api.arguments import Taking
from preserve.api.table import NOT_OFFERED, OFFERED, OFFERS
from preserve.services.operation import OPERATIONS


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_offered_or_has_its_reason(name: str) -> None:
    assert (name in OFFERED) != bool(NOT_OFFERED.get(name))


def test_nothing_stands_in_the_table_that_is_no_operation() -> None:
    assert OFFERED | set(NOT_OFFERED) <= set(OPERATIONS)


def test_no_address_leads_to_two() -> None:
    counted = Counter((offer.verb, re.sub(r"\{\w+\}", "{}", offer.path)) for offer in OFFERS)
    assert [address for address, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: f"{offer.verb} {offer.path}")
def test_a_row_says_what_its_operation_takes(offer: object) -> None:
    taking = Taking(offer)  # type: ignore[arg-type]
    assert set(re.findall(r"\{(\w+)\}", taking.offer.path)) == set(taking.path)
    assert set(taking.uploads) == set(taking.offer.uploads)
    assert taking.model.model_config["extra"] == "forbid"


def test_what_shows_only_is_got_and_what_changes_is_not() -> None:
    for offer in OFFERS:
        if offer.asks.kind == "query":
            assert offer.verb == "GET" or offer.into, offer
        elif offer.operation != "retention.due":  # tells nobody without `mail`, which is never asked for here
            assert offer.verb != "GET", offer
