"""A draft of redactions: saved by revisions, closed as the plan that people write by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.access.redaction import drafts
from preserve.access.redaction.drafts import Draft, Row
from preserve.access.redaction.plan import read_plan
from preserve.access.redaction.writing import as_toml
from preserve.data_management.archive import Archive
from preserve.errors import Changed
from preserve.home import Home
from tests.support.small_case import small_archive

NUMBER = "2026-0001"
BOX = Row(
    object="02调查取证/询问笔录.pdf",
    what="box",
    pages="1, 3-4",
    left="20",
    top="35",
    width="80",
    height="6",
    unit="mm",
    reason="个人隐私",
    article="20",
)
CUT = Row(
    object="录像.mp4", what="blur-mute", begin="0:01:10.5", end="0:02:00", reason="未成年人", article="20", name="节选"
)
BY_HAND = """[[redaction]]
object = "02调查取证/询问笔录.pdf"
what = "box"
pages = "1, 3-4"
left = 20
top = 35
width = 80
height = 6
unit = "mm"
reason = "个人隐私"
article = "20"

[[redaction]]
object = "录像.mp4"
what = "blur-mute"
from = "0:01:10.5"
to = "0:02:00"
reason = "未成年人"
article = "20"
name = "节选"
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = small_archive(tmp_path_factory.mktemp("drafts") / "home")
    yield opened
    opened.close()


@pytest.fixture
def home(archive: Archive) -> Home:
    (archive.home.work / "redactions" / NUMBER / "draft.json").unlink(missing_ok=True)
    return archive.home


def test_what_is_drawn_becomes_the_plan_that_a_person_would_write(home: Home, tmp_path: Path) -> None:
    drafts.save_draft(home, NUMBER, Draft(revision=1, by="wang", rows=(BOX, CUT)))
    closed = drafts.close_draft(home, NUMBER, 1)
    assert closed is not None and closed.read_text(encoding="utf-8") == BY_HAND
    plan = tmp_path / closed.name
    plan.write_text(BY_HAND, encoding="utf-8")
    assert read_plan(closed) == read_plan(plan)
    assert [one.object for one in drafts.redactions_of((BOX, CUT))] == [BOX.object, CUT.object]


def test_nothing_drawn_is_no_plan(home: Home) -> None:
    assert drafts.close_draft(home, NUMBER, 0) is None
    drafts.save_draft(home, NUMBER, Draft(revision=1, rows=(Row(object="a.pdf"),)))
    assert drafts.close_draft(home, NUMBER, 1) is None


def test_two_who_draw_at_once_do_not_overwrite_each_other(home: Home) -> None:
    drafts.save_draft(home, NUMBER, Draft(revision=1, by="wang", rows=(BOX,)))
    with pytest.raises(Changed):
        drafts.save_draft(home, NUMBER, Draft(revision=1, by="zhao", rows=(CUT,)))
    with pytest.raises(Changed):
        drafts.close_draft(home, NUMBER, 0)
    assert drafts.read_draft(home, NUMBER).rows == (BOX,)


def test_a_draft_that_is_none_is_an_empty_one(home: Home) -> None:
    drafts.save_draft(home, NUMBER, Draft(revision=1, rows=(BOX,)))
    (home.work / "redactions" / NUMBER / "draft.json").write_text('{"rows": 7}')
    assert drafts.read_draft(home, NUMBER) == Draft()


def test_mistakes_are_told_by_row_and_field() -> None:
    wrong = BOX.model_copy(update={"width": "breit", "article": ""})
    found = {drafts.row_of(one) for one in drafts.mistakes_in((BOX, wrong))}
    assert found == {(2, "width"), (2, "article")}
    assert drafts.mistakes_in(()) == () and drafts.mistakes_in((BOX, CUT)) == ()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_comes_back_from_the_plan(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(as_toml([{**BOX.planned, "reason": f"x{text}x", "object": f"y{text}y"}]))
    (read,) = read_plan(path)
    assert (read.reason, read.object) == (f"x{text}x", f"y{text}y")
