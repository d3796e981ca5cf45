"""The test authority: its root issued the signer and nothing else, every name says TEST, its files are the owner's."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.signing import TEST_MARK
from preserve.administration.signing.authority import YEARS, _short, make_test_authority
from preserve.clock import now
from preserve.settings import Signing

MOMENT = now()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("authority") / "keys"
    settings = make_test_authority(place, "临江市文化和旅游局", MOMENT)
    assert settings == Signing(
        file="keys/test-signer.p12", chain="keys/test-root.pem", password_file="keys/test-signer.password"
    )
    return place


def certificates(folder: Path) -> tuple[x509.Certificate, x509.Certificate]:
    password = (folder / "test-signer.password").read_bytes().strip()
    key, signer, above = pkcs12.load_key_and_certificates((folder / "test-signer.p12").read_bytes(), password)
    assert key is not None
    assert signer is not None
    assert key.public_key() == signer.public_key()
    root = x509.load_pem_x509_certificate((folder / "test-root.pem").read_bytes())
    assert above == [root]
    return signer, root


def test_the_root_issued_the_signer(folder: Path) -> None:
    signer, root = certificates(folder)
    signer.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign


def test_every_name_says_that_it_is_a_test(folder: Path) -> None:
    for certificate in certificates(folder):
        for name in (certificate.subject, certificate.issuer):
            for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
                assert str(name.get_attributes_for_oid(kind)[0].value).startswith(TEST_MARK)


def test_it_holds_for_its_years_and_its_files_are_the_owner_s_alone(folder: Path) -> None:
    signer, _ = certificates(folder)
    assert signer.not_valid_after_utc - MOMENT.replace(microsecond=0) == timedelta(days=YEARS * 365)
    assert {path.name for path in folder.iterdir()} == {"test-signer.password", "test-signer.p12", "test-root.pem"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


@given(st.text(min_size=1, max_size=80))
def test_a_name_is_within_the_bytes_that_a_certificate_allows(name: str) -> None:
    try:
        short = _short(name)
    except UnicodeEncodeError:
        return  # a lone surrogate, which no settings file can hold
    assert short.startswith(TEST_MARK)
    assert len(short.encode()) <= 64
