"""What goes out comes back in: the same originals by digest, the same description."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from preserve.access.exporting.model import Form
from preserve.description.schema import CaseDescription
from preserve.ingest.assess import Assessed, assess
from preserve.ingest.foreign.keeping import kept_documents
from tests.support.asking import Counter
from tests.support.exported import originals, package_of, written
from tests.support.foreign_packages import content_of

pytestmark = pytest.mark.xdist_group("exporting-steps")


def unpacked(documents: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """What is kept beside, out of the zip that holds it where it is much."""
    for name, data in documents:
        if name != "package.zip":
            yield data
            continue
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from map(archive.read, archive.namelist())


def same(counter: Counter, assessed: Assessed) -> None:
    """The description that lay in the first deposit is no file of the case; it is kept beside."""
    back = {name: hashlib.sha256(data).hexdigest() for name, data in content_of(assessed.deposit).items()}
    described = originals(counter)["case.json"]
    assert back == {name: digest for name, digest in originals(counter).items() if digest != described}
    assert assessed.deposit.foreign is not None
    kept = {hashlib.sha256(data).hexdigest() for data in unpacked(kept_documents(assessed.deposit.foreign))}
    assert described in kept and not kept & set(back.values())
    (description,) = package_of(counter).glob("data/*/metadata/descriptive/case.json")
    assert assessed.description == CaseDescription.model_validate_json(description.read_bytes())
    told = {finding.code for finding in assessed.findings if finding.code.startswith(("sip.", "foreign."))}
    assert told <= {"sip.no-scanner", "foreign.recognised", "foreign.derived-left"}
    assert set(assessed.deposit.wanted) == set(back), "each file is checked by a digest of the package"


@pytest.mark.parametrize("form", ["eark-aip", "eark-dip"])
def test_an_information_package(counter: Counter, tmp_path: Path, form: Form) -> None:
    export = written(counter, form, tmp_path)
    (package,) = [path for path in (tmp_path / export.number).iterdir() if path.is_dir()]
    same(counter, assess(counter.archive.home, package, lambda moved: None))


def test_an_object_of_ocfl(counter: Counter, tmp_path: Path) -> None:
    written(counter, "ocfl", tmp_path)
    (declaration,) = tmp_path.rglob("0=ocfl_object_*")
    same(counter, assess(counter.archive.home, declaration.parent, lambda moved: None))


def test_the_plain_form_as_a_whole_and_one_case_of_it(counter: Counter, tmp_path: Path) -> None:
    export = written(counter, "plain", tmp_path)
    same(counter, assess(counter.archive.home, tmp_path / export.number, lambda moved: None))
    (about,) = (tmp_path / export.number).rglob("著录")
    same(counter, assess(counter.archive.home, about.parent, lambda moved: None))
