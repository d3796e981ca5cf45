"""Pictures are decoded elsewhere: what breaks there is an answer, and the next picture is read by another process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from preserve.pictures.helper import PictureFailed, Pool
from tests.support.material.pictures import encoded, noise


def test_answers_come_from_processes_that_are_used_again(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(noise(), "PNG"))
    (tmp_path / "b.png").write_bytes(b"no picture")
    pool = Pool()
    try:
        assert pool.ask("examine", path=str(tmp_path / "a.png"))["faults"] == []
        (first,) = pool._idle
        with pytest.raises(PictureFailed) as failed:
            pool.ask("examine", path=str(tmp_path / "b.png"))
        assert failed.value.kind == "UnidentifiedImageError"
        assert pool._idle == [first]
    finally:
        pool.close()
    assert first._process.returncode is not None


def test_what_decoders_print_comes_with_the_answer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(encoded(noise("1", (400, 300)), "TIFF", compression="group4"))
    data[len(data) // 2] ^= 0x55
    (tmp_path / "a.tif").write_bytes(data)
    pool = Pool()
    try:
        said = pool.ask("examine", path=str(tmp_path / "a.tif"))["said"]
    finally:
        pool.close()
    assert "Fax4Decode" in said
    assert capfd.readouterr().err == ""


def test_a_process_that_is_gone_or_late_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(noise(), "PNG"))
    pool = Pool()
    try:
        pool.ask("examine", path=str(tmp_path / "a.png"))
        os.kill(pool._idle[0]._process.pid, 9)
        with pytest.raises(PictureFailed):
            pool.ask("examine", path=str(tmp_path / "a.png"))
        with pytest.raises(PictureFailed, match="in time"):
            pool.ask("examine", path=str(tmp_path / "a.png"), patience=0.0)
        assert pool.ask("examine", path=str(tmp_path / "a.png"))["faults"] == []
    finally:
        pool.close()
