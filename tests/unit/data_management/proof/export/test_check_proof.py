"""The small program for third parties: it believes what is true, as others compute it, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from preserve.data_management import merkle
from preserve.data_management.checkpoints import root_of
from preserve.data_management.proof.export import check_proof


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\0" + str(number).encode()).digest() for number in range(count)]


def roots(known: list[bytes]) -> merkle.Root:
    return lambda start, stop: root_of(known[start:stop])


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(1, 130))
def test_inclusion_paths(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    known = leaves(size)
    path = merkle.inclusion_path(roots(known), index, size)
    assert check_proof.includes(known[index], index, size, path, root_of(known))
    tree = InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append_entry(str(number).encode())
    theirs = tree.prove_inclusion(index + 1, size).serialize()["path"]
    assert [step.hex() for step in path] == theirs[1:]
    assert not check_proof.includes(known[index], (index + 1) % size, size, path, root_of(known)) or size == 1
    assert not check_proof.includes(hashlib.sha256(b"other").digest(), index, size, path, root_of(known))
    if path:
        assert not check_proof.includes(known[index], index, size, path[:-1], root_of(known))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(1, 130))
def test_consistency_paths(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    known = leaves(second)
    path = merkle.consistency_path(roots(known), first, second)
    assert check_proof.begins_with(first, second, root_of(known[:first]), root_of(known), path)
    other = [*known[:-1], hashlib.sha256(b"other").digest()]
    assert not check_proof.begins_with(first, second, root_of(known[:first]), root_of(other), path)
    changed = [hashlib.sha256(b"other").digest(), *known[1:first]]
    assert not check_proof.begins_with(first, second, root_of(changed), root_of(known), path)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32), st.integers(0, 511))
def test_signatures_as_a_library_makes_them(message: bytes, seed: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    signature = key.sign(message)
    assert check_proof.signature_holds(raw, message, signature)
    assert not check_proof.signature_holds(raw, message + b"x", signature)
    spoilt = bytearray(signature)
    spoilt[bit // 8] ^= 1 << bit % 8
    assert not check_proof.signature_holds(raw, message, bytes(spoilt))


@pytest.mark.parametrize(
    "raw", [bytes([1]) + bytes(31), bytes(32), (2**255 - 19 + 1).to_bytes(32, "little"), b"\xff" * 32]
)
def test_keys_that_nobody_holds(raw: bytes) -> None:
    """Points of small order and no points: with them a signature could be made without a secret."""
    for commitment in (bytes([1]) + bytes(31), raw):
        assert not check_proof.signature_holds(raw, b"anything", commitment + bytes(32))


def test_vectors_of_the_standard() -> None:
    """RFC 8032 7.1, tests 1 and 3."""
    for public, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ):
        raw, text, signed = map(bytes.fromhex, (public, message, signature))
        assert check_proof.signature_holds(raw, text, signed)
        # The same signature with the group's order added to its response: others must not be able to make a second one.
        larger = int.from_bytes(signed[32:], "little") + check_proof.ORDER
        assert not check_proof.signature_holds(raw, text, signed[:32] + larger.to_bytes(32, "little"))
        assert not check_proof.signature_holds(raw[:31], text, signed)
        assert not check_proof.signature_holds(raw, text, signed[:63])


KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PEM = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)
ENTRIES = [
    json.dumps({"number": number, "time": "2026-01-05T02:00:00Z", "action": "case.registered", "details": {}})
    for number in range(1, 8)
]


def checkpoint(size: int) -> str:
    """A signed note over the first entries."""
    root = root_of([check_proof.leaf_hash(entry.encode()) for entry in ENTRIES[:size]])
    note = f"preserve\n{size}\n{base64.b64encode(root).decode()}\n2026-01-05T02:00:00Z\n"
    return f"{note}\n\u2014 preserve {base64.b64encode(KEY.sign(note.encode())).decode()}\n"


def write_proof(folder: Path, change: Callable[[dict[str, Any]], None] = lambda document: None) -> Path:
    """A proof of the third entry and of an earlier checkpoint."""
    known = [check_proof.leaf_hash(entry.encode()) for entry in ENTRIES]
    document: dict[str, Any] = {
        "checkpoint": checkpoint(7),
        "public_key": PEM,
        "entries": [
            {
                "entry": ENTRIES[2],
                "index": 2,
                "path": [step.hex() for step in merkle.inclusion_path(roots(known), 2, 7)],
            }
        ],
        "earlier": [
            {"checkpoint": checkpoint(5), "path": [step.hex() for step in merkle.consistency_path(roots(known), 5, 7)]}
        ],
    }
    change(document)
    (folder / "proof.json").write_text(json.dumps(document))
    return folder


def test_a_true_proof_holds(tmp_path: Path) -> None:
    lines, good = check_proof.check(write_proof(tmp_path), "proof.json", None)
    assert good, lines
    assert hashlib.sha256(KEY.public_key().public_bytes_raw()).hexdigest() in lines[0]
    assert check_proof.check(tmp_path, "proof.json", PEM)[1]
    other = Ed25519PrivateKey.from_private_bytes(b"\1" * 32).public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    assert not check_proof.check(tmp_path, "proof.json", pem)[1]


def another_number(document: dict[str, Any]) -> None:
    document["entries"][0]["index"] = 3


def another_text(document: dict[str, Any]) -> None:
    document["entries"][0]["entry"] = ENTRIES[2].replace("registered", "destroyed")


def another_time(document: dict[str, Any]) -> None:
    document["checkpoint"] = document["checkpoint"].replace("2026-01-05", "2025-01-05")


def a_longer_earlier(document: dict[str, Any]) -> None:
    document["earlier"][0]["checkpoint"] = checkpoint(4)


@pytest.mark.parametrize("lie", [another_number, another_text, another_time, a_longer_earlier])
def test_a_lie_does_not_hold(lie: Callable[[dict[str, Any]], None], tmp_path: Path) -> None:
    assert not check_proof.check(write_proof(tmp_path, lie), "proof.json", None)[1]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"public_key": 5}', "[" * 100_000, '{"checkpoint": "x", "public_key": ""}'],
    ids=lambda text: text[:40],
)
def test_what_is_no_proof_is_said_and_not_believed(text: str, tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text(text)
    script = [sys.executable, "-I", str(check_proof.__file__), str(tmp_path / "proof.json")]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "") and "cannot be read" in done.stdout
