"""The bureau's OpenID Connect provider: what it is asked, and what its word must hold (OpenID Connect Core 1.0 §3.1).

Only addresses of the issuer in the settings are ever asked: whatever a request or an answer names, scheme, host and
port must be the issuer's own, and no redirect is followed. Discovery and keys are read anew at each login, so a key
that was withdrawn holds no longer. Authlib is imported here, and only where a provider is set.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import ssl
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from preserve.administration.gate import Gate
from preserve.errors import Busy, NotPermitted, Refused, ToolMissing
from preserve.home import Home
from preserve.settings import Oidc

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger("preserve.provider")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that only the provider can make: neither none nor one by a secret that we hold too (RFC 8725 §3.1)."""

_GATE = Gate(4, 8)
"""A provider that is slow holds up so many requests and no more: the door goes on."""

_DISCOVERY = "/.well-known/openid-configuration"
_LARGEST = 1 << 20  # bytes of an answer
_TIMEOUT = 10  # seconds
_LEEWAY = 60  # seconds between two clocks


class Unproven(NotPermitted):
    """The provider's word does not hold; `reason` is what of it, for the ledger."""

    def __init__(self, issuer: str, reason: str, code: str = "people.provider-wrong") -> None:
        super().__init__(code, issuer)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Asking:
    """One login at the provider: what binds its answer to this question."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    back: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brought back: state and code, or an error; `issuer` where the provider says it (RFC 9207)."""

    state: str
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


def address_of(home: Home, settings: Oidc, asking: Asking) -> str:
    """Where the browser is sent (RFC 6749 §4.1.1, RFC 7636 §4.3). Raises Busy, ToolMissing, Unproven."""
    with _asked(home, settings) as client:
        address = _discovered(client, settings)["authorization_endpoint"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asking.verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": asking.back,
        "scope": "openid profile email" if settings.claim == "email" else "openid profile",
        "state": asking.state,
        "nonce": asking.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(question)}"


def account_of(home: Home, settings: Oidc, asking: Asking, answer: Answer, moment: datetime) -> str:
    """The account that the provider vouches for: code against token, and everything in the token checked.

    Raises Unproven, Busy where the provider does not answer, ToolMissing, Refused.
    """
    if answer.issuer and answer.issuer != settings.issuer:
        raise Unproven(settings.issuer, "iss")
    if answer.error or not answer.code:
        raise Unproven(settings.issuer, "denied", "people.provider-denied")
    form = {
        "grant_type": "authorization_code",
        "code": answer.code,
        "redirect_uri": asking.back,
        "code_verifier": asking.verifier,
    }
    with _asked(home, settings) as client:
        known = _discovered(client, settings)
        token = _exchanged(client, home, settings, known, form)
        keys = _read(client, settings, "GET", known["jwks_uri"])
    return _verified(settings, token, keys, asking.nonce, moment)


@contextmanager
def _asked(home: Home, settings: Oidc) -> Iterator[httpx.Client]:
    """A client for the provider; what cannot be reached, or breaks off, is Busy. Raises Throttled, ToolMissing."""
    try:
        import httpx
    except ImportError as error:
        raise ToolMissing("people.provider-library", "httpx") from error
    try:
        authority = str(home.path / settings.ca_file) if settings.ca_file else None
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise ToolMissing("people.provider-file", settings.ca_file) from error
    try:
        # Nothing of the environment: a proxy or a .netrc would be another's word on where secrets go.
        how: dict[str, Any] = {"trust_env": False, "follow_redirects": False, "timeout": _TIMEOUT}
        with _GATE.entered(), httpx.Client(verify=context, **how) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        _log.warning("%s: %s", settings.issuer, error)
        raise Busy("people.provider-down", settings.issuer) from error


def _read(client: httpx.Client, settings: Oidc, method: str, address: str, **how: Any) -> dict[str, Any]:
    """The JSON object at an address. Raises Busy where the provider has trouble, Unproven where it is anything else."""
    body = b""
    with client.stream(method, address, headers={"accept": "application/json"}, **how) as response:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _LARGEST:
                raise Unproven(settings.issuer, "size")
    if response.status_code >= 500 or (method == "GET" and response.status_code != 200):
        _log.warning("%s answered %d", address, response.status_code)
        raise Busy("people.provider-down", settings.issuer)
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Unproven(settings.issuer, "json") from error
    if response.status_code != 200 or not isinstance(data, dict):
        _log.warning("%s answered %d", address, response.status_code)
        raise Unproven(settings.issuer, "code")
    return data


def _discovered(client: httpx.Client, settings: Oidc) -> dict[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0 §4), its addresses proven to be the issuer's."""
    known = _read(client, settings, "GET", settings.issuer.rstrip("/") + _DISCOVERY)
    if known.get("issuer") != settings.issuer:
        raise Unproven(settings.issuer, "iss")
    own = _origin(settings.issuer)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(known.get(name), str) or _origin(known[name]) != own:
            raise Unproven(settings.issuer, name)
    return known


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", "", None
    return (parts.scheme, parts.hostname or "", port) if parts.username is None else ("", "", None)


def _exchanged(
    client: httpx.Client, home: Home, settings: Oidc, known: Mapping[str, Any], form: dict[str, str]
) -> dict[str, Any]:
    """The answer of the token endpoint; the archive shows its secret as the provider takes it (RFC 6749 §2.3.1)."""
    ways = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    how: dict[str, Any] = {}
    if not settings.client_secret_file:
        form["client_id"] = settings.client_id
    elif "client_secret_basic" in ways:
        how["auth"] = (quote(settings.client_id, safe=""), quote(_secret(home, settings), safe=""))
    else:
        form |= {"client_id": settings.client_id, "client_secret": _secret(home, settings)}
    return _read(client, settings, "POST", known["token_endpoint"], data=form, **how)


def _secret(home: Home, settings: Oidc) -> str:
    """The client's secret. Raises ToolMissing where it cannot be read, Refused where everybody could."""
    path = home.path / settings.client_secret_file
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o007:
            raise Refused("people.provider-secret-open", str(path))
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ToolMissing("people.provider-file", str(path)) from error


def _verified(
    settings: Oidc, token: Mapping[str, Any], published: Mapping[str, Any], nonce: str, moment: datetime
) -> str:
    """The account in an id_token whose signature and claims hold (OpenID Connect Core 1.0 §3.1.3.7)."""
    try:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
    except ImportError as error:
        raise ToolMissing("people.provider-library", "Authlib") from error
    usable = [
        one
        for one in published.get("keys") or ()
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig"
    ]
    try:
        keys = KeySet.import_key_set({"keys": usable})
        decoded = jwt.decode(str(token.get("id_token", "")), keys, algorithms=list(ALGORITHMS))
        wanted = {
            "iss": {"essential": True, "value": settings.issuer},
            "aud": {"essential": True, "value": settings.client_id},
        }
        bound = {"nonce": nonce, "client_id": settings.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, wanted, bound)
        claims.validate(int(moment.timestamp()), _LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("%s: id_token refused: %s", settings.issuer, error)
        raise Unproven(settings.issuer, str(getattr(error, "claim", None) or "signature")) from error
    account = claims.get(settings.claim)
    if not isinstance(account, str) or not account:
        raise Unproven(settings.issuer, settings.claim)
    return account
