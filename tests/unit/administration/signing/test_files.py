"""A key in a file: who may read it, which passwords and certificates will not do, and the order of the chain."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

from preserve.administration.signing.authority import make_test_authority
from preserve.administration.signing.files import open_key, ordered, read_chain, read_facts, read_private, read_secret
from preserve.clock import now
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.settings import Settings, Signing
from storage_adapters.durable import write_file


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("files")
    signing = make_test_authority(folder / "keys", "局", now())
    yield Home(folder, Settings(archive_id="x", institution="局", signing=signing))


def settings(home: Home, **changes: str) -> Signing:
    assert home.settings.signing is not None
    return home.settings.signing.model_copy(update=changes)


def code(act: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(PreserveError) as caught:
        act()
    return caught.value.code, caught.value.status


def opened(home: Home, wanted: Signing) -> str:
    with open_key(home, wanted) as signer:
        return signer.facts.subject


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def issue(subject: str, issuer: str, usage: x509.KeyUsage | None = None) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    key, moment = ec.generate_private_key(ec.SECP256R1()), now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment)
        .not_valid_after(moment + datetime.timedelta(days=1))
    )
    if usage:
        builder = builder.add_extension(usage, critical=True)
    return key, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def box(path: Path, key: pkcs12.PKCS12PrivateKeyTypes, der: bytes) -> str:
    certificate = x509.load_der_x509_certificate(der)
    data = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, serialization.NoEncryption())
    write_file(path, data, mode=0o600)
    return str(path)


def test_only_the_owner_reads_a_private_file(tmp_path: Path) -> None:
    for mode, expected in ((0o600, b"x"), (0o400, b"x")):
        write_file(tmp_path / "key", b"x", mode=mode)
        assert read_private(tmp_path / "key") == expected
    for mode in (0o640, 0o604, 0o666):
        (tmp_path / "key").chmod(mode)
        assert code(lambda: read_private(tmp_path / "key")) == ("signing.file-exposed", 3)
    assert code(lambda: read_private(tmp_path / "absent")) == ("signing.file-unreadable", 7)


def test_the_environment_goes_before_the_file_of_the_password(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.settings.signing is not None
    from_file = (home.path / home.settings.signing.password_file).read_text().strip()
    assert read_secret(home, settings(home)) == from_file
    assert read_secret(home, settings(home, password_file="")) == ""
    monkeypatch.setenv("PRESERVE_SIGNING_PASSWORD", "another")
    assert read_secret(home, settings(home)) == "another"
    assert code(lambda: read_facts(home, settings(home))) == ("signing.password-wrong", 3)


def test_what_is_no_key_file_is_told_apart(home: Home, tmp_path: Path) -> None:
    write_file(tmp_path / "broken.p12", b"no such thing", mode=0o600)
    assert code(lambda: read_facts(home, settings(home, file=str(tmp_path / "broken.p12"), password_file="")))[0] in (
        "signing.file-broken",
        "signing.password-wrong",
    )
    assert code(lambda: read_facts(home, settings(home, file="none.p12"))) == ("signing.file-unreadable", 7)
    write_file(tmp_path / "latin", b"\xff\xfe", mode=0o600)
    wrong = settings(home, password_file=str(tmp_path / "latin"))
    assert code(lambda: read_facts(home, wrong)) == ("signing.password-wrong", 3)


def test_a_chain_is_read_or_refused(home: Home, tmp_path: Path) -> None:
    assert len(read_chain(home, settings(home))) == 1
    assert read_chain(home, settings(home, chain="")) == []
    assert code(lambda: read_chain(home, settings(home, chain="none.pem"))) == ("signing.file-unreadable", 7)
    for text in (b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        (tmp_path / "chain.pem").write_bytes(text)
        wrong = settings(home, chain=str(tmp_path / "chain.pem"))
        assert code(lambda wrong=wrong: read_chain(home, wrong)) == ("signing.chain-unreadable", 3)  # type: ignore[misc]


def test_a_certificate_that_is_not_for_documents_signs_none(home: Home, tmp_path: Path) -> None:
    flags = dict.fromkeys(
        (
            "content_commitment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    enciphering = x509.KeyUsage(digital_signature=False, key_encipherment=True, **flags)
    wrong = settings(home, file=box(tmp_path / "a.p12", *issue("甲", "甲", enciphering)), password_file="", chain="")
    assert code(lambda: opened(home, wrong)) == ("signing.wrong-use", 3)
    free = settings(home, file=box(tmp_path / "b.p12", *issue("甲", "甲")), password_file="", chain="")
    assert opened(home, free) == "甲"
    assert read_facts(home, free).test is False


def test_a_key_of_another_kind_is_refused(home: Home, tmp_path: Path) -> None:
    key, moment = ed25519.Ed25519PrivateKey.generate(), now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("甲"))
        .issuer_name(name("甲"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(moment)
        .not_valid_after(moment + datetime.timedelta(days=1))
        .sign(key, None)
    )
    file = box(tmp_path / "a.p12", key, certificate.public_bytes(Encoding.DER))
    assert code(lambda: opened(home, settings(home, file=file, password_file="", chain=""))) == ("signing.algorithm", 3)


def test_a_chain_is_put_in_order_and_strangers_are_left_out() -> None:
    pairs = (("leaf", "middle"), ("middle", "root"), ("root", "root"), ("stranger", "root"))
    leaf, middle, root, stranger = (Certificate.load(issue(subject, issuer)[1]) for subject, issuer in pairs)
    assert ordered(leaf, [stranger, root, leaf, middle]) == (middle, root)
    assert ordered(root, [leaf, middle]) == ()
    loop = [Certificate.load(issue(subject, issuer)[1]) for subject, issuer in (("a", "b"), ("b", "a"))]
    assert ordered(loop[0], loop) == (loop[1],)
