"""The list of an upload: read as it was written, known again in any order, and refused with every reason."""

from __future__ import annotations

import pytest

from preserve.ingest.handing_in.manifest import MOST_LINES, Offered, digest, mistakes, read, written
from preserve.ingest.receive import DepositProfile
from preserve.profiles import read_profile

PROFILE = read_profile("deposit.toml", DepositProfile, None)


def codes(*files: Offered) -> set[str]:
    return {found.code for found in mistakes(files, PROFILE) if found.severity == "refuse"}


def test_it_is_read_as_it_was_written() -> None:
    files = (Offered("案/一 \u2028二.txt", 1, -5), Offered('案/"三\n".txt', 2, 1 << 40, "a" * 64))
    assert read(written(files)) == files
    assert digest(files) == digest(files[::-1]) != digest(files[:1])


@pytest.mark.parametrize("path", ["案/文书.txt", "a b/ü.pdf", "CON", "文书.txt ", "é/e\u0301"])
def test_names_of_every_day_are_taken(path: str) -> None:
    assert codes(Offered(path, 0, 0)) == set()


def test_letters_that_differ_only_in_case_are_two_files() -> None:
    assert codes(Offered("a.txt", 1, 0), Offered("A.txt", 1, 0)) == set()


def test_every_reason_is_told_at_once() -> None:
    found = codes(Offered("../a", 1, 0), Offered("b", -1, 0), Offered("b", 1, 1 << 50), Offered("b/c", 1, 0))
    assert found == {"sip.traversal", "deposit.size-wrong", "deposit.time-wrong", "sip.names-collide"}


def test_a_list_has_an_end() -> None:
    assert codes() == {"deposit.nothing-offered"}
    assert codes(*[Offered("a", 1, 0)] * (MOST_LINES + 1)) == {"deposit.too-many-lines"}
