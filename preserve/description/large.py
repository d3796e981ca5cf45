"""A description in JSON without a mistake, read file by file, since a large case has many; any other is left to be read
whole, which says what is wrong with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from preserve.description.object_table import gathered
from preserve.description.schema import MOST_OBJECTS, CaseDescription, CaseObject
from preserve.description.vocabulary import Vocabulary
from preserve.description.written import in_our_words
from preserve.long_json import LongList, NotSimple

Wrong = Callable[[Mapping[str, Any]], bool]
"""Whether a description, or a part of it, has words that no profile knows."""


def read_simple(data: bytes, words: Vocabulary, wrong: Wrong) -> CaseDescription | None:
    """The description, not yet held against itself; None where it must be read whole."""
    reader = LongList(io.BytesIO(data), "objects")
    try:
        objects = gathered(_files(reader, words, wrong))
        rest = in_our_words(reader.rest, words)
        if wrong(rest):
            return None
        return CaseDescription.model_validate(rest).model_copy(update={"objects": objects})
    except (NotSimple, ValidationError):
        return None


def _files(rows: Iterable[Any], words: Vocabulary, wrong: Wrong) -> Iterator[CaseObject]:
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping) or number >= MOST_OBJECTS:
            raise NotSimple(number)
        ours = in_our_words(row, words, "", "objects")
        if wrong({"objects": [ours]}):
            raise NotSimple(number)
        yield CaseObject.model_validate(ours)
