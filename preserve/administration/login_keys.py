"""Logging in by password and security key: what it is asked to sign, and whether it has (WebAuthn Level 3 §7.2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from preserve.administration import challenges
from preserve.administration.acting_tokens import Given, open_session
from preserve.administration.adding_keys import challenge_in, described
from preserve.administration.challenges import HOLDS, Challenge, Relying
from preserve.administration.people_profile import PeopleProfile
from preserve.administration.proving import Claim, Deed, KeyWanted, conclude
from preserve.administration.second_steps import Given as Answered
from preserve.administration.second_steps import by_code, has_codes
from preserve.data_management import security_keys
from preserve.data_management.database import Catalogue
from preserve.data_management.security_keys import KeyRow
from preserve.errors import NotPermitted

_MILLISECONDS = 300_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of who gave the right password.

    `options` is what the browser asks of the keys, as JSON; empty where none of them answers for this address.
    `number` stands for this try in the form; `code`: a one-time code will do as well.
    """

    options: str
    number: str = field(repr=False)
    code: bool
    elsewhere: tuple[str, ...]


def ask(catalogue: Catalogue, wanted: KeyWanted, claim: Claim, here: Relying | None, moment: datetime) -> Asked:
    """Ask for a key, or a code where the account has codes; `here` is None where no key can be used at all."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import UserVerificationRequirement

    account = wanted.tried.account
    with catalogue.read() as connection:
        rows = security_keys.of(connection, account)
        code = has_codes(connection, account)
    where = here or Relying("", "")
    offered = described(rows, where.host)
    until = moment + HOLDS
    made = challenges.OPEN.ask(Challenge(account, claim.address, where, until, wanted.tried, provider=claim.provider))
    options = ""
    if offered:
        options = options_to_json(
            generate_authentication_options(
                rp_id=where.host,
                challenge=made,
                timeout=_MILLISECONDS,
                allow_credentials=offered,
                user_verification=UserVerificationRequirement.DISCOURAGED,
            )
        )
    elsewhere = tuple(sorted({row.host for row in rows} - {where.host}))
    return Asked(options, bytes_to_base64url(made), code, elsewhere)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the number of the try, and what the key signed, as JSON, or a one-time code."""

    number: str = field(repr=False)
    signed: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    address: str = ""


def open_by_answer(catalogue: Catalogue, answer: Answer, rules: PeopleProfile, moment: datetime) -> Given:
    """A session for who gave the right password and now the right key or code.

    Raises NotPermitted: for a wrong one as for a wrong password, and it counts as such; and where the try is over.
    """
    made = _bytes(answer.number)
    asked = challenges.OPEN.take(made, answer.address, moment, login=True)
    if asked is None or asked.tried is None:
        raise NotPermitted("people.login-over")
    tried = asked.tried

    def second(connection: Connection) -> Answered:
        if answer.code.strip():
            return "right" if _has_right_code(connection, answer, asked, moment) else "wrong"
        rows = security_keys.of(connection, asked.account)
        return "right" if _has_signed(connection, rows, made, answer.signed, asked, moment) else "wrong"

    def prover(catalogue: Catalogue, claim: Claim, moment: datetime, deed: Deed) -> None:
        conclude(catalogue, tried, claim, moment, deed, second)

    claim = Claim(asked.account, "", answer.code, answer.address, asked.provider)
    return open_session(catalogue, claim, rules, moment, prover)


def _has_right_code(connection: Connection, answer: Answer, asked: Challenge, moment: datetime) -> bool:
    if not has_codes(connection, asked.account):
        return False
    return by_code(connection, asked.account, answer.code, moment) == "right"


def _has_signed(
    connection: Connection, rows: Sequence[KeyRow], made: bytes, signed: str, asked: Challenge, moment: datetime
) -> bool:
    """Whether one of these keys has signed it, here, and has signed more often than it had before."""
    from webauthn import base64url_to_bytes, verify_authentication_response

    if challenge_in(signed) != made:
        return False
    name = str(json.loads(signed).get("id", ""))
    row = next((one for one in rows if one.id == name and one.host == asked.relying.host), None)
    if row is None:
        return False
    try:
        verified = verify_authentication_response(
            credential=signed,
            expected_challenge=made,
            expected_rp_id=row.host,
            expected_origin=asked.relying.origin,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
        )
    except Exception:  # noqa: BLE001  whatever a reader says of what a stranger sent, it is not the key's signature
        return False
    security_keys.used(connection, row, verified.new_sign_count, moment)
    return True


def _bytes(number: str) -> bytes:
    from webauthn import base64url_to_bytes

    try:
        return base64url_to_bytes(number)
    except ValueError:
        return b""
