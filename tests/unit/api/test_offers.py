"""Rows: what they demand of a caller follows from their operation, unless they say otherwise."""

from __future__ import annotations

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.api.offers import MIB, PAPERS, Offer, get, post


def test_what_opens_something_or_starts_a_job_demands_a_key() -> None:
    assert post("/holds", "hold.add", made="/holds/{hold.number}").demands_key
    assert post("/replications", "copies.replicate").demands_key and post("/replications", "copies.replicate").as_job
    assert not get("/cases", "case.list").demands_key
    assert post("/x", "hold.release", once=True).demands_key and not post("/x", "hold.release").demands_key


def test_a_body_is_small_unless_it_brings_papers() -> None:
    assert post("/holds", "hold.add").limit == MIB
    assert post("/requests", "request.open", uploads=frozenset({"papers"})).limit == PAPERS
    assert Offer("POST", "/x", "upload.open", largest=7).limit == 7
