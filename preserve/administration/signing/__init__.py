"""The agency's certificate and key by which papers for courts are signed: from a PKCS#12 file or a PKCS#11 token."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from preserve.errors import Refused, ToolMissing
from preserve.home import Home

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import Signer

TEST_MARK = "TEST 测试"


@dataclass(frozen=True, slots=True)
class SignerFacts:
    """What a certificate says of itself. `fingerprint`: SHA-256 over its DER form, hex; `test`: of a test authority."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    since: datetime
    until: datetime
    test: bool

    def expires_within(self, days: int, moment: datetime) -> bool:
        """Whether it is no longer valid so many days from now."""
        return self.until - moment < timedelta(days=days)


@dataclass(frozen=True, slots=True)
class OpenSigner:
    """A key that can sign, its certificate, and the certificates above it as far as they are known."""

    facts: SignerFacts
    signer: Signer
    certificate: Certificate
    chain: tuple[Certificate, ...]


@contextmanager
def open_signer(home: Home, moment: datetime) -> Iterator[OpenSigner]:
    """The configured signer, ready to sign at `moment`.

    Raises ToolMissing where none is configured or the token is not there, Refused where password or certificate will
    not do.
    """
    from preserve.administration.signing import files, tokens

    settings = home.settings.signing
    if settings is None:
        raise ToolMissing("signing.none", str(home.path / "preserve.toml"))
    opening = tokens.open_key if settings.module else files.open_key
    with opening(home, settings) as opened:
        check_facts(opened.facts, moment)
        yield opened


def check_signer(home: Home, moment: datetime) -> SignerFacts:
    """That a certificate could be signed now, without signing anything. Raises as `open_signer` does."""
    with open_signer(home, moment) as opened:
        return opened.facts


def read_facts(home: Home) -> SignerFacts:
    """What the configured certificate says, valid or not; a token is not logged into, so that no PIN is used up."""
    from preserve.administration.signing import files, tokens

    settings = home.settings.signing
    if settings is None:
        raise ToolMissing("signing.none", str(home.path / "preserve.toml"))
    return tokens.read_facts(home, settings) if settings.module else files.read_facts(home, settings)


def check_facts(facts: SignerFacts, moment: datetime) -> None:
    """Raises Refused for a certificate that is not valid at `moment`."""
    if moment > facts.until:
        raise Refused("signing.expired", facts.subject, until=facts.until.date().isoformat())
    if moment < facts.since:
        raise Refused("signing.not-yet-valid", facts.subject, since=facts.since.date().isoformat())
