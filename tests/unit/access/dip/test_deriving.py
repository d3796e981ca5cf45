"""What is made for one delivery only: by the plan that was approved and no other, and from nothing but checked copies."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pikepdf
import pytest

from preserve.access.dip.contents import names_for
from preserve.access.dip.deriving import Derived, derive
from preserve.access.requests.entering import Asked
from preserve.access.requests.model import Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import Opinion
from preserve.errors import NotIntact
from tests.support.asking import PAPER, PICTURE, Counter

PARTY = {"capacity": "party", "name": "临江星光文化传播有限公司"}


def plan(folder: Path, page: int = 2) -> Path:
    path = folder / "plan.toml"
    text = f'[[redaction]]\nobject = "{PAPER}"\nwhat = "pages"\npages = "{page}"\nreason = "隐私"\narticle = "20"\n'
    path.write_text(text, encoding="utf-8")
    return path


def derived(counter: Counter, request: Request, package: Path) -> Derived:
    assert request.examination is not None
    package.mkdir()
    names = names_for(request.examination.selection)
    return derive(counter.archive.home, request, package, names, lambda moved: None)


def test_the_copy_is_there_with_its_log_and_nothing_else(counter: Counter, tmp_path: Path) -> None:
    request = counter.approved(opinion=Opinion(plan=plan(tmp_path)))
    made = derived(counter, request, tmp_path / "dip-1")
    ((key, file),) = made.files.items()
    assert key == (counter.objid, PAPER, None) and (file.representation, file.event) == ("redacted", "redaction")
    there = [path for path in (tmp_path / "dip-1").rglob("*") if path.is_file()]
    assert there == [tmp_path / "dip-1" / file.path] and PAPER not in file.path
    with pikepdf.open(there[0]) as pdf:
        assert len(pdf.pages) == 2
    papers = {path: data for path, _, data in made.papers}
    (line,) = json.loads(papers["documentation/redaction-log.json"])["files"]
    assert line["result"] == {"path": file.path, "sha256": hashlib.sha256(there[0].read_bytes()).hexdigest()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dip-1", "plan.toml"], "scratch is gone"


def test_where_nothing_is_to_be_made_nothing_is_written(counter: Counter, tmp_path: Path) -> None:
    made = derived(counter, counter.approved(), tmp_path / "dip-1")
    assert made.files == {} and made.papers == [] and list((tmp_path / "dip-1").iterdir()) == []


def test_another_plan_than_the_approved_one_is_not_carried_out(counter: Counter, tmp_path: Path) -> None:
    request = counter.approved(opinion=Opinion(plan=plan(tmp_path)))
    assert request.examination is not None and request.examination.redaction is not None
    kept = REQUESTS.folder_of(counter.archive.home, request.number) / request.examination.redaction.file
    kept.chmod(0o640)
    kept.write_text(plan(tmp_path, 1).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(NotIntact, match=r"proceeding\.record-altered"):
        derived(counter, request, tmp_path / "dip-1")
    without = request.examination.model_copy(update={"redaction": None})
    with pytest.raises(NotIntact, match=r"redaction\.plan-other"):
        derived(counter, request.model_copy(update={"examination": without}), tmp_path / "dip-2")
    assert list((tmp_path / "dip-1").iterdir()) == list((tmp_path / "dip-2").iterdir()) == []


@pytest.mark.parametrize(("form", "marked"), [("access", True), ("original", False)])
def test_only_what_is_given_to_be_looked_at_bears_a_mark(
    counter: Counter, tmp_path: Path, form: str, marked: bool
) -> None:
    """An original never does, or it would be none."""
    asked = Asked(counter.case, object=PICTURE, form=form)  # type: ignore[arg-type]
    made = derived(counter, counter.approved(asked, **PARTY), tmp_path / "dip-1")
    assert [file.representation for file in made.files.values()] == ["access"] * marked
    assert [path for path, _, _ in made.papers] == [
        f"documentation/derivation-log.{kind}" for kind in ("json", "html", "pdf") if marked
    ]
