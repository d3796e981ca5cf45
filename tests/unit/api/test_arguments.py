"""How a row takes its operation's arguments: what is laid flat, what is left out, and what cannot be offered."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.api.arguments import Taking
from preserve.api.offers import get, post
from preserve.services.cases import SearchWish
from preserve.services.pages import Page


def test_a_wish_is_laid_flat_under_the_names_of_the_row() -> None:
    taking = Taking(get("/search", "case.search", names={"words": "q"}))
    given = taking.model.model_validate({"q": "演出", "since": "2026-01-05", "limit": 7})
    arguments = taking.bound(given, {}, {}, "")
    wish = arguments["wish"]
    assert isinstance(wish, SearchWish) and (wish.words, str(wish.since)) == ("演出", "2026-01-05")
    assert arguments["page"] == Page(size=7)
    with pytest.raises(ValidationError):
        taking.model.model_validate({"words": "演出"})


def test_a_place_of_the_host_is_not_taken_from_a_caller() -> None:
    with pytest.raises(TypeError, match="is a place"):
        _ = Taking(post("/x", "ledger.prove")).model
    with pytest.raises(TypeError, match="is a place"):
        _ = Taking(post("/x", "audit.run")).model
    assert "media" not in Taking(post("/x", "audit.run", left=frozenset({"media"}))).fields


def test_a_parameter_in_the_path_is_not_asked_for_again() -> None:
    taking = Taking(get("/cases/{case}", "case.show"))
    assert taking.path == {"case": str} and "case" not in taking.model.model_fields


def test_what_the_row_says_cannot_be_said_otherwise() -> None:
    taking = Taking(get("/retention/due", "retention.due", fixed={"mail": False}))
    with pytest.raises(ValidationError):
        taking.model.model_validate({"mail": True})
    assert taking.bound(taking.model(), {}, {}, "")["mail"] is False


def test_a_list_that_must_be_given_is_not_empty() -> None:
    taking = Taking(post("/holds", "hold.add"))
    with pytest.raises(ValidationError):
        taking.model.model_validate({"cases": [], "kind": "litigation", "reason": "x"})


def test_the_record_that_was_seen_goes_where_the_operation_wants_it() -> None:
    approve = Taking(post("/requests/{number}/approval", "request.approve", match="seen"))
    assert "seen" not in approve.model.model_fields
    assert approve.bound(approve.model(), {"number": "1"}, {}, "digest")["seen"] == "digest"
    examine = Taking(post("/requests/{number}/examination", "request.examine", uploads={"plan"}, match="seen"))
    assert "seen" not in examine.model.model_fields
    assert examine.bound(examine.model(), {"number": "1"}, {"plan": None}, "digest")[examine.wish].seen == "digest"
