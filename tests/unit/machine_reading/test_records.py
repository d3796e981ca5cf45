"""Records of a reading, written and read again as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import NotIntact
from preserve.machine_reading.records import Engine, Line, PageText, Place, Record, Stretch, line_of, records_of

ENGINE = Engine(tool="reader 1", model="m", digest="0" * 64)
BOX = (0.0, 0.0, 10.0, 0.0, 10.0, 5.0, 0.0, 5.0)

texts = st.text(max_size=20).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text))
shares = st.floats(0, 1)
lines = st.builds(Line, text=texts, box=st.just(BOX), score=shares)
pages = st.builds(
    PageText, file=texts, engine=st.just(ENGINE), page=st.integers(1, 9999), lines=st.lists(lines).map(tuple)
)
places = st.builds(Place, file=texts, engine=st.just(ENGINE), what=st.just("face"), box=st.just(BOX), score=shares)
stretches = st.builds(
    Stretch, file=texts, engine=st.just(ENGINE), what=st.just("black"), start=st.floats(0, 1e6), end=st.floats(0, 1e6)
)


@given(st.lists(st.one_of(pages, places, stretches), max_size=5))
def test_what_was_written_is_read_again(records: list[Record]) -> None:
    written = [line_of(record) for record in records]
    assert all("\n" not in line for line in written)
    assert list(records_of(written, "here")) == records


@pytest.mark.parametrize("line", ["", "{", '{"kind":"ocr"}', '{"kind":"poem","file":"a"}', "[1]"])
def test_a_line_that_is_none_is_refused(line: str) -> None:
    good = line_of(Stretch(file="a", engine=ENGINE, what="black", start=0, end=1))
    with pytest.raises(NotIntact) as found:
        list(records_of([good, line], "readings/x/1.jsonl.gz"))
    assert found.value.code == "reading.record" and found.value.values["line"] == 2


def test_nothing_a_machine_read_is_called_checked() -> None:
    good = line_of(Stretch(file="a", engine=ENGINE, what="black", start=0, end=1))
    with pytest.raises(NotIntact):
        list(records_of([good.replace('"checked":false', '"checked":true')], "here"))
