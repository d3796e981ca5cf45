"""Digests: every length around the blocks, known answers, what is not read, and the talk with a worker."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from metadata import hashing

SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905, appendix A


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("length", [0, 1, 4095, hashing._WHOLE - 1, hashing._WHOLE, hashing._WHOLE + 1, 9 << 20])
@pytest.mark.parametrize("guess", [0, -1, +1])
def test_any_length_and_any_guess_of_it_give_the_digest(length: int, guess: int, tmp_path: Path) -> None:
    """What a file is thought to be long saves a call and must never cut it."""
    data = os.urandom(1 << 16) * (length // (1 << 16) + 1)
    (tmp_path / "a").write_bytes(data[:length])
    seen = hashing.digests_of(
        str(tmp_path / "a"), ("sha256", "sm3"), from_medium=guess > 0, size=max(0, length + guess)
    )
    assert seen == [sha(data[:length]), hashlib.new("sm3", data[:length]).hexdigest()]


def test_known_answers_with_and_without_openssl() -> None:
    for running in (hashing.new_digest("sm3"), hashing._SM3()):
        running.update(b"a")
        running.update(memoryview(b"bc"))
        assert running.hexdigest() == SM3_OF_ABC == running.hexdigest()
    with pytest.raises(ValueError, match="sha257"):
        hashing.new_digest("sha257")


def test_links_are_not_followed_and_a_pipe_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "pipe")
    jobs: list[hashing.Job] = [
        (name, ("sha256", "sha512"), (sha(b"x"), "0" * 128), 1) for name in ("a", "link", "none", "pipe")
    ]
    wrong = hashing.compare(str(tmp_path), jobs, False)
    assert wrong[0] == (0, "sha512", "")
    assert [(place, algorithms, bool(reason)) for place, algorithms, reason in wrong[1:3]] == [
        (1, "", True),
        (2, "", True),
    ]
    assert [place for place, _, _ in wrong] == [0, 1, 2, 3]


def test_a_worker_answers_chunk_after_chunk_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"right")
    chunks = [[("a", ("sha256",), (sha(text),), 5)] for text in (b"right", b"wrong", b"right")]
    asked = io.BytesIO()
    for chunk in chunks:
        hashing.send(asked, (str(tmp_path), True, chunk))
    script = [sys.executable, "-I", hashing.__file__]
    done = subprocess.run(script, input=asked.getvalue(), capture_output=True, check=True)
    answers = io.BytesIO(done.stdout)
    assert [hashing.receive(answers) for _ in range(4)] == [[], [(0, "sha256", "")], [], None]


def test_half_a_header_is_the_end() -> None:
    assert hashing.receive(io.BytesIO(b"\x05\0")) is None
