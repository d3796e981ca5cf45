"""What stands around the files of a large encapsulation is kept byte for byte, and the files once only."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import Refused
from preserve.ingest.foreign.eep_shell import shell
from preserve.ingest.foreign.keeping import kept_documents
from preserve.ingest.receive import DepositProfile, look_over
from preserve.profiles import read_profile
from tests.support.eep_files import coding, encapsulation
from tests.support.handover_folders import put

NAMES = ("编码数据",)


class Pieces(io.BytesIO):
    """Gives a few bytes at a time, however many are asked for."""

    step = 1

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


@given(st.integers(1, 300))
def test_only_the_data_go(step: int) -> None:
    data = encapsulation(coding("a.bin", b"x" * 300), coding("b.bin", b"y" * 3))
    stream = Pieces(data)
    stream.step = step
    kept = shell(stream, NAMES, "a.eep")
    assert kept.count(b"<!-- ") == 2
    head, tail = data.split("<编码数据>".encode())[0], data.rpartition("</编码数据>".encode())[2]
    assert kept.startswith(head) and kept.endswith(tail)
    assert b"eHh4" not in kept
    assert shell(io.BytesIO(data.decode().encode("gb18030")), NAMES, "a.eep").decode("gb18030") == kept.decode()


def test_what_stays_is_bounded() -> None:
    with pytest.raises(Refused, match=r"foreign\.kept-too-large"):
        shell(io.BytesIO(b"<a>" + b"x" * (65 << 20)), NAMES, "a.eep")


def test_a_large_encapsulation_comes_in_and_is_kept_without_its_data(tmp_path: Path) -> None:
    data = os.urandom(50 << 20)
    put(tmp_path / "case/a.eep", encapsulation(coding("录像.mp4", data)))
    deposit = look_over(tmp_path / "case", read_profile("deposit.toml", DepositProfile))
    assert "foreign.kept-without-data" in {finding.code for finding in deposit.findings}
    running = hashlib.sha256()
    for _, stream in deposit.source.stream(lambda entry: True):
        while piece := stream.read(1 << 20):
            running.update(piece)
    assert running.digest() == hashlib.sha256(data).digest()
    assert deposit.foreign is not None
    ((name, kept),) = kept_documents(deposit.foreign)
    assert name.endswith("a.eep") and len(kept) < 2000
