"""A test authority for trying things out: a root and a signing certificate that say TEST 测试 in every name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from preserve.administration.signing import TEST_MARK
from preserve.settings import Signing
from storage_adapters.durable import write_file

YEARS = 3
_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"  # RFC 9336


@dataclass(frozen=True, slots=True)
class _Root:
    """The authority's root, in which certificates are issued."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    begin: datetime
    end: datetime

    def issue(self, subject: x509.Name, key: rsa.RSAPublicKey, *, authority: bool) -> x509.CertificateBuilder:
        """A certificate (RFC 5280) that is to be signed with this root's key."""
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.begin)
            .not_valid_after(self.end)
            .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(issuer, critical=False)
            .add_extension(_usage(authority), critical=True)
        )


def make_test_authority(folder: Path, institution: str, moment: datetime, days: int = YEARS * 365) -> Signing:
    """Write certificate and key (PKCS#12), its password and the root into `folder`; return the settings for it.

    The root's own key is thrown away: nothing else can ever be issued in its name.
    """
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    begin, end = moment - timedelta(minutes=5), moment + timedelta(days=days)
    issuer = _Root(_name("根证书 Root", institution), root_key, begin, end)
    root = issuer.issue(issuer.name, root_key.public_key(), authority=True).sign(root_key, hashes.SHA256())
    uses = x509.ExtendedKeyUsage([ObjectIdentifier(_DOCUMENT_SIGNING), ExtendedKeyUsageOID.EMAIL_PROTECTION])
    builder = issuer.issue(_name(institution, institution), key.public_key(), authority=False)
    certificate = builder.add_extension(uses, critical=False).sign(root_key, hashes.SHA256())
    password = secrets.token_urlsafe(24)
    box = pkcs12.serialize_key_and_certificates(
        institution.encode(), key, certificate, [root], serialization.BestAvailableEncryption(password.encode())
    )
    write_file(folder / "test-signer.password", f"{password}\n".encode(), durable=True, mode=0o600)
    write_file(folder / "test-signer.p12", box, durable=True, mode=0o600)
    write_file(folder / "test-root.pem", root.public_bytes(serialization.Encoding.PEM), durable=True, mode=0o600)
    return Signing(file="keys/test-signer.p12", chain="keys/test-root.pem", password_file="keys/test-signer.password")


def _name(common: str, institution: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, _short(institution)),
        (NameOID.COMMON_NAME, _short(common)),
    ]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _usage(authority: bool) -> x509.KeyUsage:
    """An authority signs certificates and lists, a signer signs documents; neither enciphers."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _short(name: str) -> str:
    """The name marked as a test, within the 64 that RFC 5280 allows; counted in bytes, as the strictest readers do."""
    return f"{TEST_MARK} {name}".encode()[:64].decode("utf-8", "ignore").strip()
