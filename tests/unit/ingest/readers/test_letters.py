"""Letters with headers and parts as programs write them wrongly: each is read, and what is missing is said."""

from __future__ import annotations

import base64
import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from metadata.findings import Finding
from preserve.ingest.extraction.helper import HELPER
from preserve.ingest.facts import Character, Identification
from preserve.ingest.readers import email, letters
from preserve.ingest.readers.report import Report

pytestmark = pytest.mark.xdist_group("extraction")
WORDS = "举报：有人无证演出"
_GBK = base64.b64encode(WORDS.encode("gbk")).decode()


def _letter(head: dict[str, str], body: bytes = WORDS.encode(), between: bytes = b"\r\n\r\n") -> bytes:
    base = {
        "From": "zhang@example.test",
        "To": "b@example.test",
        "Subject": "report",
        "Date": "Tue, 10 Nov 2026 08:15:00 +0800",
    }
    return "\r\n".join(f"{name}: {value}" for name, value in {**base, **head}.items()).encode() + between + body


def _report(folder: Path, data: bytes) -> tuple[dict[str, str], list[Finding]]:
    path = folder / "a.eml"
    path.write_bytes(data)
    report = Report("a.eml")
    email.read(path, report)
    return dict(report.properties), report.findings


@pytest.mark.parametrize(
    "head",
    [
        {"To": "b@example.test,"},
        {"Message-ID": "<[b378@example.test]>"},
        {"To": '"'},
        {"To": "(c):"},
        {"Content-Type": "text/plain; name*"},
        {"Content-Type": "text"},
        {"Content-Disposition": "attachment; filename*"},
        {"Content-Transfer-Encoding": "utf-8"},
        {"To": "undisclosed-recipients:;"},
        {"From": "<>"},
        {"From": '"张三" <a@b@c>'},
        {"Date": "yesterday"},
        {"MIME-Version": ""},
        {"Subject": "=?gb2312?B?!!!?="},
    ],
    ids=lambda head: "-".join(head),
)
def test_a_wrong_header_never_makes_a_letter_unreadable(tmp_path: Path, head: dict[str, str]) -> None:
    known, findings = _report(tmp_path, _letter(head))
    assert findings == []
    assert known["Date"]
    assert WORDS in HELPER.extract(tmp_path / "a.eml", "email").text


@pytest.mark.parametrize(
    ("date", "sent"),
    [
        ("Tue, 10 Nov 2026 08:15:00 +0800", "2026-11-10T00:15:00+00:00"),
        ("Tue, 10 Nov 2026 08:15:00 CST", "2026-11-10T00:15:00+00:00"),
        ("2026-11-10 08:15:00", "2026-11-10T00:15:00+00:00"),
        ("2026年11月10日 8:15", "2026-11-10T00:15:00+00:00"),
        ("2026年11月10日(星期二) 下午 8:15", "2026-11-10T12:15:00+00:00"),
        ("2026-11-10T08:15:00Z", "2026-11-10T08:15:00+00:00"),
        ("2026/11/10 08:15:00 +0900", "2026-11-09T23:15:00+00:00"),
        ("Tue, 10 Nov 2026", ""),
        ("", ""),
        ("2026-13-40 08:15", ""),
    ],
)
def test_days_are_read_in_the_forms_that_programs_write(tmp_path: Path, date: str, sent: str) -> None:
    assert _report(tmp_path, _letter({"Date": date}))[0].get("Sent", "") == sent


@pytest.mark.parametrize(
    "subject",
    [
        f"=?gb2312?B?{_GBK}?=".encode(),
        f"=?gb2312?B?{base64.b64encode(WORDS.encode('gbk')[:5]).decode()}?=\r\n"
        f" =?GB2312?B?{base64.b64encode(WORDS.encode('gbk')[5:]).decode()}?=".encode(),
        f"=?utf-8?B?{base64.b64encode(WORDS.encode()).decode().rstrip('=')}?=".encode(),
        f'"=?gbk?B?{_GBK}?="'.encode(),
        b"=?utf-8?Q?" + "".join(f"={byte:02x}" for byte in WORDS.encode()).encode() + b"?=",
        f"=?x-none?B?{_GBK}?=".encode(),
        WORDS.encode("gbk"),
        WORDS.encode(),
        WORDS.encode("big5", "replace").replace(b"?", b""),
        f"=?gb2312?B?{_GBK}?=\r\n=?gb2312?B?{_GBK}?=".encode(),
    ],
    ids=[
        "gb2312",
        "cut in a letter",
        "no padding",
        "in quotes",
        "quoted",
        "unknown",
        "gbk",
        "utf-8",
        "big5",
        "folded wrong",
    ],
)
def test_subjects_are_read(tmp_path: Path, subject: bytes) -> None:
    data = _letter({"Subject": "@"}).replace(b"Subject: @", b"Subject: " + subject)
    known, _ = _report(tmp_path, data)
    assert "演出" in known["Subject"]
    assert known["From"] == "zhang@example.test"
    assert known["Date"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + _letter({}),
        b"\r\n\r\n" + _letter({}),
        _letter({}, between=b"\r\n"),
        b"From a@b Tue Nov 10 2026\n" + _letter({}),
        _letter({}).replace(b"\r\n", b"\n"),
        _letter({}).replace(b"\r\n", b"\r"),
        _letter({"X-Long": "first\r\nsecond without a blank"}),
    ],
    ids=["mark", "empty lines", "no empty line", "from line", "unix", "mac", "folded wrong"],
)
def test_heads_that_are_not_set_off_are_read_to_their_end(tmp_path: Path, data: bytes) -> None:
    known, _ = _report(tmp_path, data)
    assert (known["Subject"], known["From"]) == ("report", "zhang@example.test")
    assert WORDS in HELPER.extract(tmp_path / "a.eml", "email").text


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ({"Content-Type": "text/plain; charset=gb2312"}, WORDS.encode("gbk")),
        ({"Content-Type": "text/plain; charset=utf-8"}, WORDS.encode("gbk")),
        ({"Content-Type": "text/plain; charset=us-ascii"}, WORDS.encode()),
        ({}, WORDS.encode("gbk")),
        ({"Content-Transfer-Encoding": "base64"}, WORDS.encode("gbk")),
        ({"Content-Transfer-Encoding": "BASE64;"}, base64.b64encode(WORDS.encode("gbk"))),
        ({"Content-Transfer-Encoding": "8-bit"}, WORDS.encode()),
    ],
    ids=["gb2312", "misdeclared", "ascii", "undeclared", "no base64", "base64", "8-bit"],
)
def test_bodies_are_read(tmp_path: Path, head: dict[str, str], body: bytes) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(_letter(head, body))
    read = HELPER.extract(path, "email")
    assert WORDS in read.text
    assert read.outcome == "text"


@pytest.mark.parametrize(
    "field",
    [
        "attachment; filename*=gb2312''%D5%D5%C6%AC.jpg",
        "attachment; filename*0*=utf-8''%E7%85%A7; filename*1*=%E7%89%87.jpg",
        f"attachment; filename==?gbk?B?{base64.b64encode('照片.jpg'.encode('gbk')).decode()}?=",
        "attachment; filename*0=照; filename*1=片.jpg",
        "attachment; filename=照片.jpg",
    ],
    ids=["rfc 2231", "in pieces", "rfc 2047", "plain pieces", "8 bit"],
)
def test_names_of_what_is_attached_are_read(field: str) -> None:
    letter = letters.parse(_letter({"Content-Type": "image/jpeg", "Content-Disposition": field}))
    assert letters.file_name(letter) == "照片.jpg"


def test_letters_within_letters_are_read(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = "里面的信"
    inner.set_content(WORDS)
    outer["Subject"] = "转发"
    outer.set_content("见附件")
    outer.add_attachment(inner)
    encoded = _letter(
        {"Content-Type": "message/rfc822", "Content-Transfer-Encoding": "base64"}, base64.encodebytes(inner.as_bytes())
    )
    for data in (outer.as_bytes(), encoded):
        (tmp_path / "a.eml").write_bytes(data)
        text = HELPER.extract(tmp_path / "a.eml", "email").text
        assert "里面的信" in text
        assert WORDS in text


def test_of_a_mailbox_every_letter_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    whole = [
        f"From a@b Tue Nov 10 08:15:0{n} 2026\nSubject: 第{n}封\n\n正文{n}\n>From 开头\n\n".encode() for n in range(3)
    ]
    path.write_bytes(whole[0] + b"From a@b Tue Nov 10 08:15:00 2026\n\x00\xff\xfe: broken\n\n" + whole[1] + whole[2])
    read = HELPER.extract(path, "email")
    assert all(f"第{n}封" in read.text and f"正文{n}" in read.text for n in range(3))
    assert "\nFrom 开头" in read.text
    assert _report(tmp_path, path.read_bytes())[0] == {"Letters": "4"}


def test_of_winmail_dat_names_are_read_and_the_rest_is_said_to_be_missing(tmp_path: Path) -> None:
    def attribute(number: int, data: bytes) -> bytes:
        return struct.pack("<BII", 1, number, len(data)) + data + b"\0\0"

    tnef = struct.pack("<IH", 0x223E9F78, 1) + attribute(0x00018004, b"subject\0")
    tnef += attribute(0x00018010, "现场照片.jpg".encode("gbk") + b"\0")
    head = {"Content-Type": "application/ms-tnef; name=winmail.dat", "Content-Transfer-Encoding": "base64"}
    (tmp_path / "a.eml").write_bytes(_letter(head, base64.encodebytes(tnef)))
    read = HELPER.extract(tmp_path / "a.eml", "email")
    assert "现场照片.jpg" in read.text
    assert (read.outcome, "winmail.dat" in read.reason) == ("partial", True)


def test_a_page_saved_with_its_pictures_is_read_as_a_letter() -> None:
    from preserve.ingest.extraction import way_of

    page = Identification("fmt/96", "Hypertext Markup Language", "", "text/html", "signature", ())
    assert way_of(page, Character("text", ""), "网页.mht") == "email"
