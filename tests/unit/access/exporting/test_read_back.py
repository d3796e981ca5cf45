"""What goes out comes back in: the same originals by digest, the same description."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from preserve.access.exporting.model import Form
from preserve.description.schema import CaseDescription
from preserve.ingest.assess import assess
from preserve.ingest.foreign.keeping import kept_documents
from tests.support.asking import Counter
from tests.support.exported import originals, package_of, written
from tests.support.foreign_packages import content_of

pytestmark = pytest.mark.xdist_group("exporting-steps")


@pytest.mark.parametrize("form", ["eark-aip", "eark-dip"])
def test_an_exported_package_comes_back_without_a_word(counter: Counter, tmp_path: Path, form: Form) -> None:
    export = written(counter, form, tmp_path)
    (package,) = [path for path in (tmp_path / export.number).iterdir() if path.is_dir()]
    assessed = assess(counter.archive.home, package, lambda moved: None)
    back = {name: hashlib.sha256(data).hexdigest() for name, data in content_of(assessed.deposit).items()}
    # The description that lay in the first deposit is no file of the case; it is kept beside.
    described = originals(counter).pop("case.json")
    assert back == {name: digest for name, digest in originals(counter).items() if digest != described}
    assert assessed.deposit.foreign is not None
    kept_beside = {hashlib.sha256(data).hexdigest() for _, data in kept_documents(assessed.deposit.foreign)}
    assert described in kept_beside
    assert {finding.code for finding in assessed.findings if finding.code.startswith("sip.")} <= {"sip.no-scanner"}
    (kept,) = package_of(counter).glob("data/*/metadata/descriptive/case.json")
    assert assessed.description == CaseDescription.model_validate_json(kept.read_bytes())
