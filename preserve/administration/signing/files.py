"""The signing key in a PKCS#12 file, its password, and what a certificate says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.administration.signing import TEST_MARK, OpenSigner, SignerFacts
from preserve.errors import Refused, ToolMissing
from preserve.home import Home, given_signing_password
from preserve.settings import Signing

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate

_LARGEST = 1 << 20  # bytes of a key file or a chain


def read_private(path: Path) -> bytes:
    """A file that only its owner may read. Raises ToolMissing where it is not there, Refused where others may."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ToolMissing("signing.file-unreadable", str(path), reason=error.strerror or str(error)) from error
    with os.fdopen(handle, "rb") as stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        if mode & 0o077:
            raise Refused("signing.file-exposed", str(path), mode=f"{mode:04o}")
        return stream.read(_LARGEST)


def read_secret(home: Home, settings: Signing) -> str:
    """Password or PIN: from the environment, else from the file that the settings name, else nothing."""
    if given := given_signing_password():
        return given
    if not settings.password_file:
        return ""
    path = home.path / settings.password_file
    try:
        return read_private(path).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Refused("signing.password-wrong", str(path)) from error


def read_chain(home: Home, settings: Signing) -> list[Certificate]:
    """The certificates of the file `chain`. Raises ToolMissing, Refused."""
    from asn1crypto import pem
    from asn1crypto.x509 import Certificate

    if not settings.chain:
        return []
    path = home.path / settings.chain
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST)
        certificates = [
            Certificate.load(der) for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"
        ]
        for one in certificates:
            _ = one.subject.human_friendly, one.public_key
    except OSError as error:
        raise ToolMissing("signing.file-unreadable", str(path), reason=error.strerror or str(error)) from error
    except (ValueError, TypeError) as error:
        raise Refused("signing.chain-unreadable", str(path), detail=str(error)) from error
    return certificates


def facts_of(certificate: Certificate) -> SignerFacts:
    """What a certificate says of itself."""
    subject = _name(certificate.subject.native)
    return SignerFacts(
        subject=subject,
        issuer=_name(certificate.issuer.native),
        serial=f"{certificate.serial_number:X}",
        fingerprint=certificate.sha256.hex(),
        since=certificate.not_valid_before.astimezone(UTC),
        until=certificate.not_valid_after.astimezone(UTC),
        test=TEST_MARK in subject,
    )


def _name(parts: dict[str, object]) -> str:
    """Its common name, and its organisation where that says more."""
    common, organisation = parts.get("common_name"), parts.get("organization_name")
    words = [str(one) for one in (common, organisation) if one]
    if len(words) == 2 and words[1] in words[0]:
        words.pop()
    return ", ".join(words) or str(parts)


def ordered(certificate: Certificate, others: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The certificates above this one, each issuer after what it issued; what does not belong is left out."""
    above, left = [], [other for other in others if other.sha256 != certificate.sha256]
    current = certificate
    while current.issuer != current.subject:
        found = next((one for one in left if one.subject == current.issuer), None)
        if found is None:
            break
        left.remove(found)
        above.append(found)
        current = found
    return tuple(above)


def check_use(certificate: Certificate) -> None:
    """Raises Refused for a certificate that its issuer did not make for signing documents (RFC 5280 §4.2.1.3)."""
    usage = certificate.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & usage.native:
        raise Refused("signing.wrong-use", facts_of(certificate).subject)


def _load(home: Home, settings: Signing) -> tuple[object, Certificate, Sequence[Certificate]]:
    from asn1crypto.x509 import Certificate
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    path = home.path / settings.file
    data = read_private(path)
    secret = read_secret(home, settings)
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, secret.encode() if secret else None)
    except UnsupportedAlgorithm as error:
        raise Refused("signing.algorithm", str(path), detail=str(error)) from error
    except ValueError as error:
        code = "signing.password-wrong" if "password" in str(error).lower() else "signing.file-broken"
        raise Refused(code, str(path), detail=str(error)) from error
    if key is None or certificate is None:
        raise Refused("signing.file-broken", str(path))
    mine, *rest = (Certificate.load(one.public_bytes(Encoding.DER)) for one in (certificate, *others))
    return key, mine, rest


@contextmanager
def open_key(home: Home, settings: Signing) -> Iterator[OpenSigner]:
    """The key in the file. Raises ToolMissing, Refused."""
    from asn1crypto.keys import PrivateKeyInfo
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificate, others = _load(home, settings)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise Refused("signing.algorithm", settings.file)
    check_use(certificate)
    chain = ordered(certificate, [*others, *read_chain(home, settings)])
    store = SimpleCertificateStore.from_certs(chain)  # type: ignore[no-untyped-call]
    plain = PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    # The root stays out: it is no part of what is signed, and whoever checks must have it from elsewhere.
    signer = SimpleSigner(signing_cert=certificate, signing_key=plain, cert_registry=store, embed_roots=False)
    yield OpenSigner(facts_of(certificate), signer, certificate, chain)


def read_facts(home: Home, settings: Signing) -> SignerFacts:
    """What the certificate in the file says. Raises ToolMissing, Refused."""
    return facts_of(_load(home, settings)[1])
