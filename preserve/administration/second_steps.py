"""What is asked beside the right password: nothing, a code, or a security key, as the account has it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from preserve.administration.one_time_codes import taken_step
from preserve.data_management import second_factors, security_keys

Given = Literal["right", "wrong", "wanted"]
"""How the second step was answered; `wanted`: a security key is to be asked for first."""


def has_factor(connection: Connection, account: str) -> bool:
    """Whether the account has a second factor, of either kind. Raises NotIntact."""
    factor = second_factors.read(connection, account)
    keys = security_keys.of(connection, account)
    return bool(keys) or (factor is not None and factor.confirmed)


def has_codes(connection: Connection, account: str) -> bool:
    """Whether the account has one-time codes. Raises NotIntact."""
    factor = second_factors.read(connection, account)
    return factor is not None and factor.confirmed


def by_code(connection: Connection, account: str, code: str, moment: datetime) -> Given:
    """Whether the code is right where the account has codes; a right one is used up. Raises NotIntact."""
    factor = second_factors.read(connection, account)
    keys = security_keys.of(connection, account)
    if factor is None or not factor.confirmed or (keys and not code.strip()):
        return "wanted" if keys else "right"
    step = taken_step(factor.secret, code, moment, factor.step)
    if step is None:
        return "wrong"
    second_factors.taken(connection, factor, step)
    return "right"
