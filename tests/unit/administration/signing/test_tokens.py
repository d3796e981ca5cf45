"""Signing with a key that never leaves its token: SoftHSM2, a real PKCS#11 library."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from preserve.administration.health import examine_signer
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.administration.signing import check_signer, open_signer, read_facts
from preserve.administration.signing.authority import make_test_authority
from preserve.administration.signing.pdf import sign_paper
from preserve.archival_storage.policy import TimeStamps
from preserve.clock import now
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.messages import LANGUAGES, hint, say, speaking
from preserve.settings import Settings, Signing
from storage_adapters.durable import write_file

pytestmark = pytest.mark.xdist_group("softhsm")

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "481516"
LABEL = "签名证书"


@dataclass(frozen=True)
class Token:
    """A token of which one can sign, and a home that knows it."""

    folder: Path

    def home(self, **changes: Any) -> Home:
        """A home with this token as its signer, or with something changed."""
        told = {
            "module": MODULE,
            "token": "court",
            "certificate": LABEL,
            "key": "signing key",
            "password_file": "pin",
            "chain": "keys/test-root.pem",
        } | changes
        return Home(self.folder, Settings(archive_id="x", institution="临江市文化和旅游局", signing=Signing(**told)))


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        make_test_authority(folder / "keys", "临江市文化和旅游局", now())
        password = (folder / "keys" / "test-signer.password").read_bytes().strip()
        key, certificate, _ = pkcs12.load_key_and_certificates(
            (folder / "keys" / "test-signer.p12").read_bytes(), password
        )
        assert key is not None
        assert certificate is not None
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(plain)
        for command in (
            ["--init-token", "--free", "--label", "court", "--so-pin", "12345678", "--pin", PIN],
            [
                "--import",
                str(folder / "key.pem"),
                "--token",
                "court",
                "--label",
                "signing key",
                "--id",
                "A1",
                "--pin",
                PIN,
            ],
        ):
            subprocess.run(["softhsm2-util", *command], check=True, capture_output=True)
        (folder / "key.pem").unlink()
        write_file(folder / "pin", f"{PIN}\n".encode(), mode=0o600)
        with pkcs11.lib(MODULE).get_token(token_label="court").open(rw=True, user_pin=PIN) as session:
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.LABEL: LABEL,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.PRIVATE: False,
                    pkcs11.Attribute.ID: b"\xa1",
                    pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )
        yield Token(folder)


def code(home: Home) -> tuple[str, int]:
    """Why it cannot sign; said in both languages, with what to do."""
    with pytest.raises(PreserveError) as told:
        check_signer(home, now())
    for language in LANGUAGES:
        with speaking(language):
            assert "{" not in say(told.value.code, **told.value.values)
            assert hint(told.value.code, **told.value.values)
    return told.value.code, told.value.status


def test_the_token_signs_and_others_find_it_valid(token: Token, tmp_path: Path) -> None:
    home, moment = token.home(), now()
    paper = as_pdf("题", "下", "局", moment, [Section("甲", "乙")])
    with open_signer(home, moment) as opened:
        assert [one.subject for one in opened.chain] == [opened.certificate.issuer]
        signed = sign_paper(
            paper, opened, reason="试", institution="局", moment=moment, stamps=TimeStamps(), base=home.path
        )
    (tmp_path / "a.pdf").write_bytes(signed.data)
    told = subprocess.run(["pdfsig", tmp_path / "a.pdf"], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    root = pem.unarmor((token.folder / "keys" / "test-root.pem").read_bytes())[2]
    assert opened.chain[0].dump() == root


def test_the_pin_may_come_from_the_environment(token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    home = token.home(password_file="")
    assert code(home) == ("signing.pin-missing", 3)
    monkeypatch.setenv("PRESERVE_SIGNING_PASSWORD", PIN)
    assert check_signer(home, now()).test


def test_what_is_missing_is_told(token: Token, tmp_path: Path) -> None:
    assert code(token.home(token="another")) == ("signing.token-missing", 7)
    assert code(token.home(module=str(tmp_path / "none.so"))) == ("signing.module-unusable", 7)
    (tmp_path / "text.so").write_text("no library")
    assert code(token.home(module=str(tmp_path / "text.so"))) == ("signing.module-unusable", 7)
    assert code(token.home(certificate="another")) == ("signing.certificate-missing", 7)
    assert code(token.home(key="another")) == ("signing.key-missing", 7)
    assert code(token.home(chain="none.pem")) == ("signing.file-unreadable", 7)
    assert check_signer(token.home(), now()).test, "a failure left the token in a state in which it does not sign"


def test_a_wrong_pin_is_told_and_never_tried_twice(token: Token) -> None:
    write_file(token.folder / "wrong", b"000000", mode=0o600)
    assert code(token.home(password_file="wrong")) == ("signing.pin-wrong", 3)
    write_file(token.folder / "exposed", PIN.encode(), mode=0o644)
    assert code(token.home(password_file="exposed")) == ("signing.file-exposed", 3)
    assert check_signer(token.home(), now()).test


def test_a_key_that_is_not_the_certificate_s_signs_nothing(token: Token, tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-out", tmp_path / "key.pem"], check=True, capture_output=True
    )
    subprocess.run(
        [
            "softhsm2-util",
            "--import",
            tmp_path / "key.pem",
            "--token",
            "court",
            "--label",
            "stray",
            "--id",
            "B2",
            "--pin",
            PIN,
        ],
        check=True,
        capture_output=True,
    )
    home, moment = token.home(key="stray"), now()
    paper = as_pdf("题", "下", "局", moment, [Section("甲", "乙")])
    with pytest.raises(PreserveError) as told, open_signer(home, moment) as opened:
        sign_paper(paper, opened, reason="试", institution="局", moment=moment, stamps=TimeStamps(), base=home.path)
    assert (told.value.code, told.value.status) == ("signing.not-valid", 4)


@pytest.mark.parametrize(
    "institution", ["广西壮族自治区某某市某某新区文化广电体育和旅游局综合执法支队", 'A "quoted", name=+#;<>\\']
)
def test_a_test_authority_for_any_name(institution: str, tmp_path: Path) -> None:
    signing = make_test_authority(tmp_path / "keys", institution, now())
    facts = check_signer(Home(tmp_path, Settings(archive_id="x", institution=institution, signing=signing)), now())
    assert facts.subject.startswith("TEST 测试 ")
    assert facts.test


def test_doctor_needs_no_pin(token: Token) -> None:
    home = token.home(password_file="")
    assert read_facts(home) == check_signer(token.home(), now())
    assert [check.code for check in examine_signer(home)] == ["health.signer-test"]
    (check,) = examine_signer(token.home(token="another"))
    assert (check.code, check.state) == ("health.signer-unusable", "wrong")
    assert "court" in str(check.values["reason"])
