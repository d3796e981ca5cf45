"""The words of a file as a reader sees them beside pages that somebody else's program draws, or in place of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from preserve.data_management import search
from preserve.description.fixed_values import Classification
from preserve.ingest.extraction.helper import HELPER
from preserve.services.reading_files import Opened
from preserve.services.session import Session

_MOST = 20_000
_LOOKED_FOR = 200  # lines of a file
_FEWEST = 2  # signs of a line that is looked for


def words_of(session: Session, opened: Opened) -> tuple[str, ...]:
    """The words that search finds in the file, as far as one reads them in a page; none of a state secret."""
    if opened.case.description.classification is Classification.STATE_SECRET:
        return ()
    with session.archive.catalogue.read() as connection:
        found = search.passages(connection, opened.case.objid)
    texts = (one.text for one in found if (one.field, one.place) == ("text", opened.viewed.name))
    return tuple("\n".join(texts)[:_MOST].splitlines())


@lru_cache(256)
def are_lost(words: tuple[str, ...], drawn: Path, key: str) -> bool:
    """Whether most lines of a file are not in the text of what was drawn of it; `key` tells one drawing from another.

    A program without the fonts that a file names may draw its lines and none of its words, and say nothing. One that
    draws letters as pictures looks the same: so a person is asked to compare, and told no more.
    """
    wanted = [line for one in words if len(line := _plain(one)) >= _FEWEST][:_LOOKED_FOR]
    if not wanted:
        return False
    text = _plain(HELPER.extract(drawn, "pdf").text)
    return sum(line in text for line in wanted) * 2 < len(wanted)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
