"""Roles: nobody holds together what the law parts, and no duty is without somebody who has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.duties import ALONE, FOUNDER, Duty, Role, allows, check_together, roles_for
from preserve.errors import Refused


@given(st.sets(st.sampled_from(Role)))
def test_who_must_be_alone_is_and_others_may_be_together(roles: set[Role]) -> None:
    if not roles:
        expected = "people.no-role"
    elif len(roles) > 1 and roles & ALONE:
        expected = "people.roles-apart"
    else:
        check_together(roles)
        return
    with pytest.raises(Refused) as caught:
        check_together(roles)
    assert caught.value.code == expected


@given(st.sets(st.sampled_from(Role)), st.sampled_from(Duty))
def test_a_person_may_what_one_of_the_roles_may(roles: set[Role], duty: Duty) -> None:
    assert allows(roles, duty) == bool(roles & set(roles_for(duty)))


@pytest.mark.parametrize("duty", Duty)
def test_every_duty_is_somebody_s(duty: Duty) -> None:
    assert roles_for(duty)


def test_the_three_administrators_see_no_case_and_decide_nothing() -> None:
    """Separation of the three (系统管理员、安全管理员、审计员): who keeps bytes or accounts has no content."""
    for role in ALONE:
        for duty in (Duty.FIND, Duty.DECIDE, Duty.DELIVER, Duty.DISPOSE, Duty.SUPERVISE, Duty.INGEST):
            assert not allows({role}, duty), (role, duty)
    assert roles_for(Duty.APPOINT) == (Role.SECURITY_ADMINISTRATOR,)


def test_nobody_destroys_by_their_own_decision() -> None:
    deciders = set(roles_for(Duty.DECIDE))
    for duty in (Duty.DISPOSE, Duty.SUPERVISE, Duty.APPRAISE, Duty.EXAMINE, Duty.DELIVER):
        assert not deciders & set(roles_for(duty)), duty
    assert not allows(FOUNDER, Duty.RELEASE_HOLD)
    assert not allows(FOUNDER, Duty.APPOINT)
