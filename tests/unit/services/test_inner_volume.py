"""副卷: what is found in it is not shown to who may not see it; the cases that were found stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.administration.duties import Duty, Role
from preserve.administration.people import Person
from preserve.data_management import cases
from preserve.data_management.search import Hit
from preserve.errors import NotPermitted
from preserve.services.inner_volume import inner_files, require_seen, without_inner
from tests.support.asking import Counter, opened_counter, with_inner_volume

ARCHIVIST = Person("founder", "吴档案", frozenset({Role.ARCHIVIST}))
EXAMINER = Person("wang", "王审核", frozenset({Role.EXAMINER}))


@pytest.fixture(scope="module")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """The decision is in the internal volume."""
    with opened_counter(tmp_path_factory.mktemp("inner"), objects=with_inner_volume()) as whole:
        yield whole


def test_only_who_examines_or_decides_sees_the_internal_volume() -> None:
    roles = {role for role in Role if Person("a", "a", frozenset({role})).may(Duty.SEE_INNER)}
    assert roles == {Role.EXAMINER, Role.HEAD}


def test_its_text_is_not_shown_and_its_papers_are_not_viewed(inner: Counter) -> None:
    hits = [
        Hit(inner.objid, inner.case, "题", "", "text", "决定书.txt", "当事人陈述", ((0, 3),)),
        Hit(inner.objid, inner.case, "题", "", "text", "现场照片.png", "照片", ()),
    ]
    with inner.archive.catalogue.read() as connection:
        case = cases.read(connection, inner.objid).description
        assert inner_files(case) == {"决定书.txt"}
        shown = without_inner(connection, ARCHIVIST, hits)
        assert [(hit.objid, hit.place, hit.shown) for hit in shown] == [
            (inner.objid, "", ""),
            (inner.objid, "现场照片.png", "照片"),
        ]
        assert without_inner(connection, EXAMINER, hits) == hits
        require_seen(connection, ARCHIVIST, case, ["现场照片.png"])
        require_seen(connection, EXAMINER, case, ["决定书.txt"])
        with pytest.raises(NotPermitted, match=r"people\.may-not"):
            require_seen(connection, ARCHIVIST, case, ["现场照片.png", "决定书.txt"])
