"""The preview of one file is made as a delivery makes it: the same bytes, once, and nothing of the source is left."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import pytest

from preserve.access.dip import previewing
from preserve.access.redaction.plan import Box, Redaction
from preserve.access.requests.entering import Asked
from preserve.errors import Refused
from tests.support.asking import PAPER, PICTURE, Counter, opened_counter
from tests.support.redacting import MOMENT

pytestmark = pytest.mark.xdist_group("redaction")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with opened_counter(tmp_path_factory.mktemp("preview")) as whole:
        yield whole


def wish(counter: Counter, name: str, *redactions: Redaction, **consumer: str) -> previewing.Wish:
    from preserve.access.redaction.template import why_restricted

    request = counter.opened(Asked(counter.case), **consumer)
    with counter.archive.catalogue.read() as connection:
        selection = [one for one, _, _ in why_restricted(counter.archive.home, connection, request)]
    return previewing.Wish(request, selection, next(one for one in selection if one.path == name), redactions)


def box(name: str) -> Redaction:
    return Redaction(
        name, "box", "个人隐私", "20", "1:object", box=Box(10, 10, 40, 40, "%" if name == PICTURE else "mm")
    )


def made(counter: Counter, wanted: previewing.Wish) -> previewing.Previewed:
    home = counter.archive.home
    with counter.archive.catalogue.read() as connection:
        order = previewing.order(home, connection, wanted, MOMENT)
        assert order is not None
        return previewing.make(home, connection, wanted, order, MOMENT, lambda moved: None)


def test_a_redacted_picture_is_made_once_and_found_again(counter: Counter) -> None:
    wanted = wish(counter, PICTURE, box(PICTURE))
    first = made(counter, wanted)
    assert first.kind == "picture" and first.shown.startswith("文件 ")
    before = first.file.stat().st_ino, hashlib.sha256(first.file.read_bytes()).hexdigest()
    again = made(counter, wanted)
    assert (again.file.stat().st_ino, hashlib.sha256(again.file.read_bytes()).hexdigest()) == before
    assert not [path for path in first.file.parent.parent.iterdir() if path.name.endswith(".part")]


def test_what_is_given_as_it_is_needs_no_preview(counter: Counter) -> None:
    wanted = wish(counter, PAPER)
    with counter.archive.catalogue.read() as connection:
        assert previewing.order(counter.archive.home, connection, wanted, MOMENT) is None


def test_a_box_beside_the_page_is_refused_and_nothing_is_left(counter: Counter) -> None:
    outside = Redaction(PAPER, "box", "x", "20", "1:object", box=Box(9000, 9000, 10, 10, "mm"))
    wanted = wish(counter, PAPER, outside)
    with pytest.raises(Refused) as caught:
        made(counter, wanted)
    assert [one.code for one in caught.value.findings] == ["redaction.box-outside"]
    folder = counter.archive.home.work / "previews" / wanted.request.number
    assert not folder.exists() or not list(folder.iterdir())


def test_old_previews_go(counter: Counter) -> None:
    first = made(counter, wish(counter, PAPER, box(PAPER)))
    os.utime(first.file.parent, (1, 1))
    made(counter, wish(counter, PICTURE, box(PICTURE)))
    assert not first.file.exists()
