"""A test authority for trying things out: a root and a signing certificate that say TEST 测试 in every name."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from preserve.administration.signing import TEST_MARK
from preserve.home import Signing
from storage_adapters.durable import write_file

YEARS = 3
_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"  # RFC 9336


def make_test_authority(folder: Path, institution: str, moment: datetime, days: int = YEARS * 365) -> Signing:
    """Write certificate and key (PKCS#12), its password and the root into `folder`; return the settings for it.

    The root's own key is thrown away: nothing else can ever be issued in its name.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs12
    from cryptography.x509.oid import NameOID, ObjectIdentifier

    def name(common: str) -> x509.Name:
        parts = [
            (NameOID.COUNTRY_NAME, "CN"),
            (NameOID.ORGANIZATION_NAME, _short(institution)),
            (NameOID.COMMON_NAME, _short(common)),
        ]
        return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])

    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    root_name, begin, end = name("根证书 Root"), moment - timedelta(minutes=5), moment + timedelta(days=days)

    def issued(subject: x509.Name, of: rsa.RSAPrivateKey, authority: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(of.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not authority,
                    content_commitment=not authority,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=authority,
                    crl_sign=authority,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )

    root = issued(root_name, root_key, True).sign(root_key, hashes.SHA256())
    uses = x509.ExtendedKeyUsage([ObjectIdentifier(_DOCUMENT_SIGNING), x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    certificate = (
        issued(name(institution), key, False).add_extension(uses, critical=False).sign(root_key, hashes.SHA256())
    )
    password = secrets.token_urlsafe(24)
    box = pkcs12.serialize_key_and_certificates(
        institution.encode(), key, certificate, [root], serialization.BestAvailableEncryption(password.encode())
    )
    write_file(folder / "test-signer.password", f"{password}\n".encode(), durable=True, mode=0o600)
    write_file(folder / "test-signer.p12", box, durable=True, mode=0o600)
    write_file(folder / "test-root.pem", root.public_bytes(serialization.Encoding.PEM), durable=True, mode=0o600)
    return Signing(file="keys/test-signer.p12", chain="keys/test-root.pem", password_file="keys/test-signer.password")


def _short(name: str) -> str:
    """The name marked as a test, within the 64 that RFC 5280 allows; counted in bytes, as the strictest readers do."""
    return f"{TEST_MARK} {name}".encode()[:64].decode("utf-8", "ignore").strip()
