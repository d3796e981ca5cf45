"""What left comes back: each form taken in by another archive holds the same originals and says the same of the case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.access.exporting.model import FORMS, LOST, Form
from preserve.access.exporting.ocfl import path_of
from preserve.data_management import cases, object_index
from preserve.data_management.archive import Archive
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from tests.support import ocfl
from tests.support.asking import Counter
from tests.support.exported import digests_below, originals, written
from tests.support.small_case import small_archive

pytestmark = pytest.mark.xdist_group("exporting-steps")


def deposit_of(counter: Counter, form: Form, folder: Path) -> Path:
    """The case as somebody else gets it in that form: what they hand in."""
    export = written(counter, form, folder)
    root = folder / export.number
    match form:
        case "plain":
            (case,) = (root / "2026").iterdir()
            return case / "原件"
        case "ocfl":
            ocfl.extract(folder / "ocfl" / path_of(counter.objid), "v1", folder / "out")
            return folder / "out"
    (package,) = [path for path in root.iterdir() if path.is_dir()]
    return package


@pytest.fixture(scope="module", params=FORMS)
def taken(
    request: pytest.FixtureRequest, counter: Counter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Form, Archive]]:
    """Another archive that took in what left in one form."""
    folder = tmp_path_factory.mktemp("trip")
    archive = small_archive(folder / "home")
    try:
        source = deposit_of(counter, request.param, folder / "given")
        run(archive.home, archive.catalogue, source, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
        yield request.param, archive
    finally:
        archive.close()


def test_the_originals_are_the_same_bytes(counter: Counter, taken: tuple[Form, Archive]) -> None:
    form, archive = taken
    with archive.catalogue.read() as connection:
        (objid,) = cases.objids(connection)
        there = {row.name: row.sha256 for row in object_index.originals(connection, objid)}
    ours = originals(counter)
    if form != "plain":
        # The description that was handed in is kept as a paper of the package that came, not among the pieces.
        (package,) = (archive.home.store / "packages").iterdir()
        papers = digests_below(package / "data" / objid / "documentation" / "submission")
        assert ours.pop("case.json") in papers.values()
    assert there == ours


def test_the_description_is_the_same(counter: Counter, taken: tuple[Form, Archive]) -> None:
    form, archive = taken
    with counter.archive.catalogue.read() as connection:
        ours = cases.read(connection, counter.objid).description
    with archive.catalogue.read() as connection:
        (objid,) = cases.objids(connection)
        theirs = cases.read(connection, objid).description
    assert theirs.model_dump(mode="json") == ours.model_dump(mode="json"), form


def test_what_a_form_does_not_hold_is_told_and_true(counter: Counter, tmp_path: Path) -> None:
    kept = {"preservation": "representations/preservation", "text": "metadata/other/text.jsonl"}
    for form in ("eark-aip", "eark-dip"):
        root = deposit_of(counter, form, tmp_path / form)
        for what, path in kept.items():
            assert (root / path).exists() == (what not in LOST[form]), (form, what)
    assert set(LOST) == set(FORMS)
