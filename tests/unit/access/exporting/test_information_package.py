"""Information packages that leave: other validators accept them, and they hold the same originals."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.exporting.model import Form
from tests.support import commons_ip
from tests.support.asking import Counter
from tests.support.eark import VERSIONS, validate
from tests.support.exported import digests_below, originals, written

pytestmark = pytest.mark.xdist_group("exporting-steps")


@pytest.mark.parametrize("form", ["eark-aip", "eark-dip"])
def test_other_validators_accept_the_information_packages(counter: Counter, tmp_path: Path, form: Form) -> None:
    export = written(counter, form, tmp_path)
    (package,) = [path for path in (tmp_path / export.number).iterdir() if path.is_dir()]
    for version in VERSIONS:
        assert validate(package, version) == ([], [])
    verdict, failed = commons_ip.validate(package, tmp_path)
    assert verdict == "VALID", failed
    given = package / "representations" / "original" / "data"
    there = digests_below(given)
    assert there == originals(counter)
    kept = {path.name for path in (package / "representations").iterdir()}
    assert ("preservation" in kept) == (form == "eark-aip")
