"""A person's security keys: where they work, adding one that has signed, and removing one (WebAuthn Level 3 §7.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from preserve.administration import challenges
from preserve.administration.challenges import HOLDS, Challenge, Relying
from preserve.administration.second_steps import has_factor
from preserve.clock import stamp
from preserve.data_management import security_keys
from preserve.data_management.database import Catalogue
from preserve.data_management.security_keys import KeyRow
from preserve.errors import Conflict, NotFound, Refused, UsageError

_MOST: Final = 10
_LONGEST_NAME: Final = 64
_LONGEST_ANSWER: Final = 64 * 1024
_MILLISECONDS: Final = 300_000


def relying(origin: str, hosts: Collection[str]) -> Relying:
    """The archive as a browser at this origin knows it; `hosts` are the names by which it may be asked.

    Browsers have keys sign only for a name, and only over TLS or at localhost (WebAuthn Level 3 §5.1.3, Secure
    Contexts §3.1). Raises Refused.
    """
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    secure = parts.scheme == "https" or host == "localhost"
    if not secure or _is_number(host) or host not in {"localhost", *(one.lower() for one in hosts)}:
        raise Refused("people.key-not-here", origin)
    return Relying(host, origin)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True


def begin_key(
    catalogue: Catalogue, account: str, name: str, here: Relying, *, institution: str, asker: str, moment: datetime
) -> str:
    """What the browser is to ask of a new key, as JSON. Raises UsageError for a name, Refused for too many keys."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement

    called = name.strip()
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise UsageError("people.key-name", called[:_LONGEST_NAME])
    with catalogue.read() as connection:
        rows = security_keys.of(connection, account)
    if len(rows) >= _MOST:
        raise Refused("people.key-too-many", account, most=_MOST)
    if any(row.name == called for row in rows):
        raise Conflict("people.key-name-taken", called)
    made = challenges.OPEN.ask(Challenge(account, asker, here, moment + HOLDS, name=called))
    return options_to_json(
        generate_registration_options(
            rp_id=here.host,
            rp_name=institution or here.host,
            user_name=account,
            user_id=hashlib.sha256(account.encode()).digest(),
            challenge=made,
            timeout=_MILLISECONDS,
            exclude_credentials=described(rows, here.host),
            # The password was given: to touch the key is enough, and keys without a PIN serve too.
            authenticator_selection=AuthenticatorSelectionCriteria(
                user_verification=UserVerificationRequirement.DISCOURAGED
            ),
        )
    )


def described(rows: Collection[KeyRow], host: str) -> list[Any]:
    """These keys as a browser is told of them, so far as they answer for this host."""
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.id)) for row in rows if row.host == host]


def add_key(catalogue: Catalogue, account: str, answer: str, *, asker: str, moment: datetime) -> tuple[KeyRow, bool]:
    """Keep a key that has signed what was asked; and whether it is the account's first second factor.

    Raises Refused where it has not, or where that was asked too long ago or answered before; Conflict.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    made = challenge_in(answer)
    asked = challenges.OPEN.take(made, asker, moment, login=False)
    if asked is None or asked.account != account:
        raise Refused("people.key-not-asked", account)
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=made,
            expected_rp_id=asked.relying.host,
            expected_origin=asked.relying.origin,
        )
    except Exception as error:
        raise Refused("people.key-wrong", account, detail=str(error)) from error
    row = KeyRow(
        bytes_to_base64url(verified.credential_id),
        account,
        asked.name,
        asked.relying.host,
        bytes_to_base64url(verified.credential_public_key),
        stamp(moment),
        verified.sign_count,
    )
    with catalogue.begin() as connection:
        rows = security_keys.of(connection, account)
        if security_keys.is_known(connection, row.id):
            raise Conflict("people.key-known", account)
        if len(rows) >= _MOST:
            raise Refused("people.key-too-many", account, most=_MOST)
        if any(one.name == row.name for one in rows):
            raise Conflict("people.key-name-taken", row.name)
        first = not has_factor(connection, account)
        security_keys.add(connection, row, moment)
    return row, first


def challenge_in(answer: str) -> bytes:
    """What an answer says that it signed; empty where it says nothing that can be read."""
    from webauthn import base64url_to_bytes
    from webauthn.helpers import parse_client_data_json

    if len(answer) > _LONGEST_ANSWER:
        return b""
    try:
        said = json.loads(answer)["response"]["clientDataJSON"]
        return bytes(parse_client_data_json(base64url_to_bytes(said)).challenge)
    except Exception:  # noqa: BLE001  a stranger sent it, and there is one answer to all that cannot be read
        return b""


def remove_key(catalogue: Catalogue, account: str, identifier: str, moment: datetime) -> KeyRow:
    """Nobody logs in by this key of one's own any more. Raises NotFound."""
    with catalogue.begin() as connection:
        for row in security_keys.of(connection, account):
            if row.id == identifier:
                security_keys.remove(connection, row, actor=account, moment=moment)
                return row
    raise NotFound("people.key-not-there", account)
