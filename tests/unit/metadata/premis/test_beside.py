"""A process beside reads what this one would read, refuses with the same words, and never ends unnoticed."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from metadata.entities import FileObject, Format, Representation
from metadata.errors import DoctypeRefused, XMLNotValid, XMLRefused
from metadata.premis import write_premis
from metadata.premis.beside import outlines
from metadata.premis.outline import read_outlines
from metadata.schemas import premis_schema


def written(folder: Path, count: int) -> Path:
    path = folder / "现场 premis.xml"
    files = (
        FileObject(f"f-{number}", f"data/{number}-笔录.txt", number, {"sha256": f"{number:064}"}, Format("Text"))
        for number in range(count)
    )
    write_premis(path, (Representation("r", "original"), *files))
    return path


@pytest.mark.parametrize("count", [1, 499, 1200])
def test_the_outlines_are_those_that_are_read_here(tmp_path: Path, count: int) -> None:
    path = written(tmp_path, count)
    assert list(outlines(path)) == list(read_outlines(path, premis_schema()))


@pytest.mark.parametrize(
    ("what", "instead", "kind"),
    [
        pytest.param("?>", "?><!DOCTYPE premis []>", DoctypeRefused, id="doctype"),
        pytest.param("<size>7</size>", "<size>7</size><weight/>", XMLNotValid, id="not-valid"),
        pytest.param("SHA-256", "SHA-257", XMLRefused, id="unknown-algorithm"),
        pytest.param("</premis>", "", XMLRefused, id="breaks-off"),
    ],
)
def test_a_refusal_comes_with_its_place_and_words(
    tmp_path: Path, what: str, instead: str, kind: type[XMLRefused]
) -> None:
    path = written(tmp_path, 20)
    path.write_text(path.read_text().replace(what, instead, 1))
    with pytest.raises(kind) as here:
        list(read_outlines(path, premis_schema()))
    with pytest.raises(kind) as there:
        list(outlines(path))
    assert (there.value.code, there.value.where) == (here.value.code, here.value.where)
    assert there.value.values == here.value.values


def test_what_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        list(outlines(tmp_path / "premis.xml"))


def test_a_process_that_dies_is_no_end_of_a_document(tmp_path: Path) -> None:
    reading = outlines(written(tmp_path, 6000))  # more than a pipe holds
    next(reading)
    (process,) = [child for child in psutil.Process().children() if "premis.beside" in " ".join(child.cmdline())]
    process.kill()
    with pytest.raises(RuntimeError, match="ended early"):
        list(reading)


def test_who_stops_asking_leaves_no_process_behind(tmp_path: Path) -> None:
    reading = outlines(written(tmp_path, 6000))
    next(reading)
    reading.close()
    assert not [child for child in psutil.Process().children() if "premis.beside" in " ".join(child.cmdline())]
