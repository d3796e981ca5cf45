"""A PDF written page by page opens in other programs, with every page as large as its paper."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pikepdf
import pytest

from preserve.pictures.pages import PagesWriter
from tests.support.material.pictures import encoded, noise


def test_pages_are_those_that_were_added(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with PagesWriter(path) as out:
        for number in range(3):
            mode = "L" if number == 1 else "RGB"
            jpeg = encoded(noise(mode), "JPEG")
            out.add(jpeg, (64, 48), (200.0 + number, 150.0), grey=mode == "L")
    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)
    with pikepdf.open(path) as pdf:
        assert [float(page.mediabox[2]) for page in pdf.pages] == [200.0, 201.0, 202.0]
        assert [str(page.Resources.XObject.P.ColorSpace) for page in pdf.pages] == [
            "/DeviceRGB",
            "/DeviceGray",
            "/DeviceRGB",
        ]


def test_what_fails_leaves_the_error_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="page"), PagesWriter(tmp_path / "a.pdf"):
        raise ValueError("page")
