"""Passwords are hashed beside a service: the same answers, behind the pages, and whatever becomes of the children."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import argon2
import psutil
import pytest

from preserve.administration import hashing_child
from preserve.administration.hashing import Hashing, at_once, hash_here, processors, verify_here
from preserve.administration.proving import NOBODYS

PASSWORD = "口令-with-more".encode()


@pytest.fixture
def beside() -> Iterator[Hashing]:
    made = Hashing()
    made.beside()
    yield made
    made.close()


def _children() -> list[psutil.Process]:
    """Ours that hash, as the system lists them."""
    return [
        one
        for one in psutil.Process().children()
        if "preserve.administration.hashing_child" in one.cmdline() and one.status() != psutil.STATUS_ZOMBIE
    ]


def test_both_ways_give_the_same_answers(beside: Hashing) -> None:
    here = Hashing()
    for made in (beside.hash(PASSWORD), here.hash(PASSWORD)):
        assert argon2.extract_parameters(made) == argon2.extract_parameters(NOBODYS)
        for one in (beside, here):
            assert one.verify(made, PASSWORD)
            assert not one.verify(made, PASSWORD + b".")
    for stored in ("", "no hash", "$argon2id$v=19$m=65536,t=3,p=4$broken"):
        assert not beside.verify(stored, PASSWORD)
        assert not here.verify(stored, PASSWORD)


def test_children_stand_behind_the_pages_and_end_with_the_service(beside: Hashing) -> None:
    before = _children()
    beside.verify(NOBODYS, PASSWORD)
    (child,) = [one for one in _children() if one not in before]
    assert child.nice() == psutil.Process().nice() + 5
    assert child.cpu_affinity() == processors()
    assert len(processors()) == max(1, len(os.sched_getaffinity(0)) // 2 + len(os.sched_getaffinity(0)) % 2)
    assert 1 <= at_once() <= 4
    assert NOBODYS not in " ".join(child.cmdline())
    beside.close()
    assert not child.is_running()


def test_one_that_was_killed_is_replaced(beside: Hashing) -> None:
    stored = hash_here(PASSWORD)
    before = _children()
    assert beside.verify(stored, PASSWORD)
    for child in [one for one in _children() if one not in before]:
        child.kill()
        child.wait()
    assert beside.verify(stored, PASSWORD)
    assert not beside.verify(stored, b"wrong")


def test_many_at_once_get_each_their_own_answer(beside: Hashing) -> None:
    stored = hash_here(PASSWORD)
    asked = [(number % 3 == 0) for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda right: beside.verify(stored, PASSWORD if right else b"wrong"), asked))
    assert found == asked


def test_the_child_answers_line_by_line() -> None:
    lines = [{"do": "verify", "stored": NOBODYS, "password": "eA=="}, {"do": "hash", "password": "eA=="}]
    said = io.BytesIO()
    hashing_child.serve(io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines)), said)
    first, second = (json.loads(line)["answer"] for line in said.getvalue().splitlines())
    assert first == "wrong"
    assert verify_here(second, b"x")
