"""Which role may do what, and which roles no one person may hold together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from preserve.errors import Refused


class Role(StrEnum):
    """What a person is in this archive."""

    DEPOSITOR = "depositor"
    ARCHIVIST = "archivist"
    EXAMINER = "examiner"
    HEAD = "head"
    AUDITOR = "auditor"
    SYSTEM_ADMINISTRATOR = "system-administrator"
    SECURITY_ADMINISTRATOR = "security-administrator"


class Duty(StrEnum):
    """What a person may be allowed to do."""

    INGEST = "ingest"  # take cases in
    HAND_IN = "hand-in"  # hand one's own cases in
    SEE_OWN = "see-own"  # see what became of what one handed in
    FIND = "find"  # see cases and what is in them
    SEE_INNER = "see-inner"  # see papers of the internal volume (副卷)
    KEEP = "keep"  # media, copies, audits, repairs: bytes, and no content
    REPORT = "report"  # ledger, reports, history: what was done, and no content
    OPEN_REQUEST = "open-request"
    SEE_REQUESTS = "see-requests"
    EXAMINE = "examine"
    DECIDE = "decide"
    ANSWER = "answer"  # let a case in with an error that somebody answers for
    DELIVER = "deliver"
    DELEGATE = "delegate"
    HOLD = "hold"  # stop the disposal of a case
    RELEASE_HOLD = "release-hold"
    APPRAISE = "appraise"  # say what becomes of what has fallen due
    DISPOSE = "dispose"  # propose and carry out a disposal
    SUPERVISE = "supervise"  # 监销: answer for it that what was decided is destroyed, and nothing else
    REGISTER = "register"  # the register of fonds, and in which one a case is filed
    APPOINT = "appoint"  # accounts and roles


_MAY: dict[Role, frozenset[Duty]] = {
    Role.DEPOSITOR: frozenset({Duty.HAND_IN, Duty.SEE_OWN, Duty.OPEN_REQUEST}),
    Role.ARCHIVIST: frozenset(
        {
            Duty.INGEST,
            Duty.HAND_IN,
            Duty.SEE_OWN,
            Duty.FIND,
            Duty.KEEP,
            Duty.REPORT,
            Duty.OPEN_REQUEST,
            Duty.SEE_REQUESTS,
            Duty.DELIVER,
            Duty.HOLD,
            Duty.APPRAISE,
            Duty.DISPOSE,
            Duty.SUPERVISE,
            Duty.REGISTER,
        }
    ),
    Role.EXAMINER: frozenset(
        {
            Duty.FIND,
            Duty.SEE_INNER,
            Duty.REPORT,
            Duty.OPEN_REQUEST,
            Duty.SEE_REQUESTS,
            Duty.EXAMINE,
            Duty.HOLD,
            Duty.RELEASE_HOLD,
            Duty.APPRAISE,
            Duty.SUPERVISE,
        }
    ),
    Role.HEAD: frozenset(
        {
            Duty.HAND_IN,
            Duty.SEE_OWN,
            Duty.FIND,
            Duty.SEE_INNER,
            Duty.REPORT,
            Duty.OPEN_REQUEST,
            Duty.SEE_REQUESTS,
            Duty.DECIDE,
            Duty.ANSWER,
            Duty.DELEGATE,
            Duty.HOLD,
            Duty.RELEASE_HOLD,
        }
    ),
    Role.AUDITOR: frozenset({Duty.REPORT, Duty.SEE_REQUESTS}),
    Role.SYSTEM_ADMINISTRATOR: frozenset({Duty.KEEP}),
    Role.SECURITY_ADMINISTRATOR: frozenset({Duty.APPOINT, Duty.REPORT}),
}

ALONE = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})
"""系统管理员、安全管理员、审计员 of a protected system: nobody is one of them and something else."""

FOUNDER = frozenset({Role.ARCHIVIST})
"""What the person who founded the archive is, without being appointed."""


def allows(roles: Iterable[Role], duty: Duty) -> bool:
    """Whether one of these roles may do this."""
    return any(duty in _MAY[role] for role in roles)


def roles_for(duty: Duty) -> tuple[Role, ...]:
    """The roles that may do this, to tell a person whom to ask."""
    return tuple(role for role in Role if duty in _MAY[role])


def check_together(roles: Iterable[Role]) -> None:
    """Raises Refused where nobody may hold all of these roles."""
    held = set(roles)
    if not held:
        raise Refused("people.no-role")
    if len(held) > 1 and held & ALONE:
        raise Refused("people.roles-apart", role=min(held & ALONE).value)
