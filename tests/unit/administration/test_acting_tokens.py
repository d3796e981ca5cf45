"""What a token can be limited to: the duties of its account, and none that is a person's own word."""

from __future__ import annotations

import pytest

from preserve.administration.acting_tokens import NEVER, SCOPES, Wish
from preserve.administration.duties import Duty, Role
from preserve.errors import Refused, UsageError


def test_no_scope_is_a_persons_own_word() -> None:
    never = {"decide", "supervise", "appraise", "appoint", "dispose", "release-hold", "examine", "delegate", "answer"}
    assert {duty.value for duty in NEVER} == never
    assert set(SCOPES) == {duty.value for duty in Duty} - never


def test_a_wish_is_held_to_the_roles() -> None:
    assert Wish("one", ("report", "find", "find"), 1).duties([Role.ARCHIVIST]) == ("find", "report")
    with pytest.raises(Refused, match=r"people\.scope-not-held"):
        Wish("one", ("find",), 1).duties([Role.DEPOSITOR])


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ("find",)), ("\n", ("find",)), ("x" * 65, ("find",)), ("one", ()), ("one", ("decide",))]
)
def test_a_wish_that_is_none(name: str, scopes: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        Wish(name, scopes, 1).duties(list(Role))
