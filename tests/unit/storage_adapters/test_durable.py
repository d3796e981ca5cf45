"""What is published is whole and never over another; what is discarded lies where it may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage_adapters import durable
from storage_adapters.errors import CopyExists


def test_publishing_never_overwrites(tmp_path: Path) -> None:
    for name in ("staged", "final"):
        (tmp_path / name).mkdir()
    with pytest.raises(CopyExists):
        durable.publish(tmp_path / "staged", tmp_path / "final")


@pytest.mark.parametrize("folder", [".", "..", "/"])
def test_discard_stays_inside(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ValueError):
        durable.discard(tmp_path / folder, tmp_path)


def test_two_that_discard_the_same_both_find_it_gone(tmp_path: Path) -> None:
    for turn in range(5):
        folder = tmp_path / str(turn)
        for number in range(300):
            (folder / str(number % 20)).mkdir(parents=True, exist_ok=True)
            (folder / str(number % 20) / str(number)).touch()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _, folder=folder: durable.discard(folder, tmp_path), range(4)))  # type: ignore[misc]
        assert not folder.exists()


def test_of_a_stream_that_breaks_nothing_is_left_and_the_former_file_stays(tmp_path: Path) -> None:
    def pieces(last: bytes | None) -> Iterator[bytes]:
        yield b"first\n"
        yield bytes(200_000)
        if last is None:
            raise ValueError("broken")
        yield last

    file = tmp_path / "folder" / "file"
    with pytest.raises(ValueError, match="broken"):
        durable.write_stream(file, pieces(None), durable=True)
    assert list(file.parent.iterdir()) == []
    durable.write_stream(file, pieces(b"end"), durable=True)
    whole = b"first\n" + bytes(200_000) + b"end"
    assert file.read_bytes() == whole
    with pytest.raises(ValueError, match="broken"):
        durable.write_stream(file, pieces(None))
    assert [path.name for path in file.parent.iterdir()] == ["file"] and file.read_bytes() == whole
