"""Digests: every length around the blocks, known answers, what is not read, and the talk with a worker."""

from __future__ import annotations

import hashlib
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
    jobs: list[hashing.Job] = [(name, ("sha256", "md5"), 1) for name in ("a", "link", "none", "pipe")]
    answers = hashing.read(str(tmp_path), jobs, False)
    assert answers[0] == (sha(b"x") + hashlib.md5(b"x", usedforsecurity=False).hexdigest(), "")
    assert [(digests, bool(reason)) for digests, reason in answers[1:3]] == [("", True), ("", True)]
    # A pipe that nobody writes to is empty.
    assert answers[3][0].startswith(sha(b"")) or answers[3][1]


def test_a_worker_answers_chunk_after_chunk_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"right")
    chunks = [[("a", ("sha256",), 5)], [("none", ("sha256",), 5)], [("a", ("md5",), 5), ("a", ("sha256",), 9)]]
    asked = b"".join(hashing.message((str(tmp_path), True, chunk)) for chunk in chunks)
    script = [sys.executable, "-I", hashing.__file__]
    answers = bytearray(subprocess.run(script, input=asked, capture_output=True, check=True).stdout)
    digest = sha(b"right")
    assert hashing.first_of(answers) == [(digest, "")]
    ((digests, reason),) = hashing.first_of(answers)
    assert not digests and reason
    assert hashing.first_of(answers) == [(hashlib.md5(b"right", usedforsecurity=False).hexdigest(), ""), (digest, "")]
    assert not answers


def test_a_message_is_taken_once_it_is_whole() -> None:
    whole = hashing.message("文") + hashing.message([])
    received = bytearray()
    seen = []
    for place in range(len(whole)):
        received += whole[place : place + 1]
        if (content := hashing.first_of(received)) is not None:
            seen.append(content)
    assert seen == ["文", []] and not received
