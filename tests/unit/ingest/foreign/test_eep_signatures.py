"""A signature that states our rule is right, wrong, or nothing that can be told; it is never claimed without checking."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from preserve.ingest.foreign import eep_stream
from preserve.ingest.foreign.eep_names import read_names, read_rule
from preserve.ingest.foreign.eep_signatures import verify
from tests.support.eep_files import coding, encapsulation
from tests.support.handover_folders import put, read

NAMES, RULE, ELEMENT = read_names(None), read_rule(None), "被签名对象"


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "测试")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(today).not_valid_after(today + timedelta(1))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def signed(kind: str, data: bytes = b"one", rule: str = RULE) -> bytes:
    """An encapsulation with a signature over its signed object, as ours are."""
    plain = encapsulation(coding("a.txt", data))
    start, end = plain.index(f"<{ELEMENT}>".encode()), plain.index(f"</{ELEMENT}>".encode())
    digest = hashlib.sha256(plain[start : end + len(f"</{ELEMENT}>".encode())]).digest()
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    if isinstance(key, rsa.RSAPrivateKey):
        result = key.sign(digest, padding.PKCS1v15(), hashes.SHA256())
    else:
        result = key.sign(digest, ec.ECDSA(hashes.SHA256()))
    texts = {"签名规则": rule, "签名人": "张三", "签名结果": base64.b64encode(result).decode()}
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    inside += f"<证书块><证书>{base64.b64encode(certificate(key)).decode()}</证书></证书块>"
    block = f"<电子签名块><电子签名>{inside}</电子签名></电子签名块>".encode()
    return plain.replace("</电子文件封装包>".encode(), block + "</电子文件封装包>".encode())


def verdict(data: bytes) -> str:
    found = eep_stream.read(io.BytesIO(data), NAMES, "a.eep")
    return verify(found, io.BytesIO(data), ELEMENT, RULE)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_right_one_is_right_and_an_altered_one_wrong(kind: str) -> None:
    data = signed(kind, b"x" * 400_000)
    assert verdict(data) == "right"
    assert verdict(data.replace("某案".encode(), "别案".encode())) == "wrong"
    assert verdict(data.replace(b"eHh4", b"eHh5", 1)) == "wrong"


def test_what_cannot_be_told_is_not_told() -> None:
    assert verdict(signed("ec", rule="别的规则")) == "unknown"
    data = signed("ec")
    assert verdict(data.replace("<证书>".encode(), "<证书>AAAA".encode())) == "unknown"
    assert verdict(encapsulation(coding("a.txt", b"one"))) == "unknown"


def test_each_is_found_by_what_became_of_it(tmp_path: Path) -> None:
    put(tmp_path / "1.eep", signed("ec"))
    put(tmp_path / "2.eep", signed("ec").replace("某案".encode(), "别案".encode()))
    put(tmp_path / "3.eep", signed("ec", rule="别的规则"))
    assert [finding.code for finding in read(tmp_path).findings] == [
        "foreign.signature-right",
        "foreign.signature-wrong",
        "foreign.signed",
    ]
