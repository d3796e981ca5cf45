"""Seals in both forms: the newer one out of a real file, the older one made after public implementations."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import pytest
from asn1crypto import core

from preserve.ingest.readers.ses import read_sealed, read_signed
from tests.support.shared_cases import OFD

pytestmark = pytest.mark.samples


def _seq(*parts: core.Asn1Value) -> core.Sequence:
    class Made(core.Sequence):  # type: ignore[misc]
        _fields = [(str(number), type(part)) for number, part in enumerate(parts)]  # noqa: RUF012

    return Made({str(number): part for number, part in enumerate(parts)})


def _old_seal() -> core.Sequence:
    day = core.UTCTime(datetime(2015, 1, 2, tzinfo=UTC))
    known = _seq(core.Integer(1), core.UTF8String("某市文化局公章"), _seq(core.OctetString(b"x")), day, day, day)
    head = _seq(core.IA5String("ES"), core.Integer(1), core.IA5String("maker"))
    picture = _seq(core.IA5String("PNG"), core.OctetString(b""), core.Integer(40), core.Integer(40))
    return _seq(_seq(head, core.IA5String("3301000001"), known, picture), _seq(core.OctetString(b"c")))


def test_the_newer_form() -> None:
    with zipfile.ZipFile(OFD / "SESV4SignDoc.ofd") as archive:
        signed = read_signed(archive.read("Doc_0/Signs/Sign_0/SignedValue.dat"))
        seal = read_sealed(archive.read("Doc_0/Signs/Sign_0/Seal.esl"))
    assert (signed.form, signed.name, signed.signer) == ("SES 4", "OFD R&W 测试用印章", "Test Certificate")
    assert (seal.name, seal.number, seal.signer) == (signed.name, signed.number, "")


def test_the_older_form_has_its_certificate_within_what_is_signed() -> None:
    times = core.BitString(tuple([0] * 8))
    signed = _seq(
        *(core.Integer(1), _old_seal(), times, times, core.IA5String("/Doc_0/Signs/Sign_0/Signature.xml")),
        *(core.OctetString(b"no certificate"), core.ObjectIdentifier("1.2.156.10197.1.501")),
    )
    read = read_signed(_seq(signed, times).dump())
    assert (read.form, read.name, read.number, read.signer) == ("SES 1", "某市文化局公章", "3301000001", "")
    assert read.valid == "2015-01-02T00:00:00Z to 2015-01-02T00:00:00Z"
    assert read_sealed(_old_seal().dump()).name == "某市文化局公章"


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x00", b"\x02\x01\x01", b"\x30\x80\x00\x00", b"\xff" * 40, b"\x30\x82\xff\xff"]
)
def test_what_is_no_seal_is_refused(data: bytes) -> None:
    for read in (read_signed, read_sealed):
        with pytest.raises((ValueError, IndexError)):
            read(data)
