"""A checkpoint is a note as C2SP has it, is read again to the byte, and those of earlier releases stay valid."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from preserve.data_management.ledger_keys import fingerprint
from preserve.data_management.proof.export import check_proof
from preserve.data_management.signed_notes import (
    Checkpoint,
    parse_checkpoint,
    parse_exactly,
    sign,
    signature_holds,
    verifier_key,
)
from preserve.errors import NotIntact

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RAW = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
ROOT = hashlib.sha256(b"root").digest()
WHEN = "2026-12-11T02:00:00Z"


def _signed(before: Checkpoint | None = None, origin: str = "preserve/01jd", size: int = 7) -> Checkpoint:
    return sign(KEY, fingerprint(KEY.public_key()), origin, size, ROOT, WHEN, before)


def _earlier() -> Checkpoint:
    """As earlier releases signed."""
    note = f"preserve/01jd\n7\n{base64.b64encode(ROOT).decode()}\n{WHEN}\n"
    return Checkpoint(7, ROOT, WHEN, note, KEY.sign(note.encode()), fingerprint(KEY.public_key()))


def test_the_form_is_that_of_signed_notes() -> None:
    first = _signed()
    second = _signed(first, size=8)
    head, _, line = second.text().partition("\n\n")
    assert head.split("\n") == [
        "preserve/01jd",
        "8",
        base64.b64encode(ROOT).decode(),
        WHEN,
        f"previous {hashlib.sha256(first.text().encode()).hexdigest()}",
    ]
    dash, name, written = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(written)
    assert (dash, name, raw[:4]) == ("—", "preserve/01jd", hashlib.sha256(b"preserve/01jd\n\x01" + RAW).digest()[:4])
    KEY.public_key().verify(raw[4:], f"{head}\n".encode())
    assert (first.previous(), second.previous()) == ("", first.digest())
    name, number, key = verifier_key("preserve/01jd", KEY.public_key()).split("+", 2)
    assert (name, number, base64.b64decode(key)) == ("preserve/01jd", raw[:4].hex(), b"\x01" + RAW)


@pytest.mark.parametrize(
    "signed", [_signed(), _signed(_signed()), _earlier(), _signed(_earlier()), _signed(origin="a b")], ids=range(5)
)
def test_both_forms_are_read_again_and_hold_for_their_key_alone(signed: Checkpoint) -> None:
    read = parse_exactly(signed.text().encode())
    assert replace(read, key=signed.key) == signed
    assert read.text() == signed.text()
    assert signature_holds(read, KEY.public_key()) and not signature_holds(read, OTHER)
    size, root, note, signature, made = check_proof.read_checkpoint(signed.text(), RAW)
    assert (size, root, made) == (signed.size, ROOT, WHEN)
    assert check_proof.signature_holds(RAW, note, signature)


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: replace(signed, signature=bytes(4) + signed.signature[4:]),
        lambda signed: replace(signed, signature=signed.signature[:4]),
        lambda signed: replace(signed, signature=b""),
        lambda signed: replace(signed, made="2026-12-12T02:00:00Z"),
        lambda signed: replace(signed, note=signed.note + "more\n"),
        lambda signed: replace(signed, note=signed.note.replace("01jd", "01je")),
    ],
    ids=range(6),
)
def test_what_was_changed_does_not_hold(change: object) -> None:
    assert callable(change)
    assert not signature_holds(change(_signed(_signed())), KEY.public_key())


def test_lines_that_are_none_of_ours_do_not_hold_even_signed() -> None:
    for more in ("x y\n", "previous a\nprevious b\n", "\n"):
        note = _signed().note + more
        name = hashlib.sha256(b"preserve/01jd\n\x01" + RAW).digest()[:4]
        assert not signature_holds(
            replace(_signed(), note=note, signature=name + KEY.sign(note.encode())), KEY.public_key()
        )


@pytest.mark.parametrize(
    "text", ["", "preserve/a\n1\n\n— a b\n", _signed().text().replace("\n7\n", "\n07\n")], ids=range(3)
)
def test_what_is_no_checkpoint_is_said_to_be_none(text: str) -> None:
    try:
        parsed = parse_checkpoint(text)
    except NotIntact as error:
        assert error.code == "ledger.checkpoint-unreadable"
    else:
        assert not signature_holds(parsed, KEY.public_key())


def test_a_signature_under_another_name_is_refused() -> None:
    text = _signed().text()
    other = text.replace("— preserve/01jd ", "— preserve/01je ")
    with pytest.raises(NotIntact):
        parse_exactly(other.encode())
    _, _, note, signature, _ = check_proof.read_checkpoint(other, RAW)
    assert not check_proof.signature_holds(RAW, note, signature)
