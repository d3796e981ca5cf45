"""References in packages of others: each quirk finds its file, and nothing that leads out finds any."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.foreign.hrefs import Paths, leads_out

TOP = "case/"
THERE = (
    "case/METS.xml",
    "case/representations/r 1/data/现场 照片+1.jpg",
    "case/representations/r 1/METS.xml",
    "case/a%20b.txt",
    "case/é.txt",
)


@pytest.fixture(scope="module")
def paths() -> Paths:
    return Paths((*THERE, "other/secret.txt"), TOP)


@pytest.mark.parametrize(
    ("href", "beside", "meant"),
    [
        ("representations/r 1/METS.xml", "case/METS.xml", THERE[2]),
        ("file:representations/r%201/METS.xml", "case/METS.xml", THERE[2]),
        ("./representations//r+1%2FMETS.xml", "case/METS.xml", THERE[2]),
        ("data/现场%20照片+1.jpg", "case/representations/r 1/METS.xml", THERE[1]),
        ("representations/r%201/data/%E7%8E%B0%E5%9C%BA%20%E7%85%A7%E7%89%87+1.jpg", THERE[2], THERE[1]),
        ("a%20b.txt", "case/METS.xml", THERE[3]),
        ("a%2520b.txt", "case/METS.xml", THERE[3]),
        (unicodedata.normalize("NFD", "é.txt"), "case/METS.xml", THERE[4]),
        ("representations\\r 1\\METS.xml", "case/METS.xml", THERE[2]),
    ],
)
def test_each_quirk_finds_its_file(paths: Paths, href: str, beside: str, meant: str) -> None:
    assert paths.meant(href, beside) == meant


@pytest.mark.parametrize(
    "href",
    [
        "../other/secret.txt",
        "..%2Fother%2Fsecret.txt",
        "%2e%2e/other/secret.txt",
        "/other/secret.txt",
        "file:///other/secret.txt",
        "file:/case/METS.xml",
        "http://example.org/case/METS.xml",
        "C:\\case\\METS.xml",
        "representations/../METS.xml",
        "METS.xml\0",
        "",
        "#f1",
        "x" * 10_000,
    ],
)
def test_what_leads_out_means_nothing(paths: Paths, href: str) -> None:
    assert paths.meant(href, "case/METS.xml") is None


def test_what_leads_out_is_told_from_what_is_missing() -> None:
    assert leads_out("../a") and leads_out("https://a/b") and leads_out("#a") and not leads_out("a/b.txt")


@given(st.text(max_size=60), st.sampled_from(THERE))
def test_no_reference_ever_leaves_the_package(href: str, beside: str) -> None:
    found = Paths((*THERE, "other/secret.txt"), TOP).meant(href, beside)
    assert found is None or found in THERE
