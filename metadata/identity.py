"""Which file a name means: in whatever bytes, Unicode form or separators it is written, names are compared here.

A path is text as the operating system gives it, undecodable bytes as surrogates (PEP 383). Three forms of it count:
`readable` is what people read and what is compared; `tidy` also leaves out what is easily added or lost; `precise`
writes out everything that could be written otherwise, so that two files of one readable name can be told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Generic, Self, TypeVar

from metadata.compact import PackedTexts, Places
from metadata.names import raw_bytes

Thing = TypeVar("Thing")

# Parts of hanzi, ASCII and full-width letters, with nothing at their ends that is lost or dropped: most names are so.
_PLAIN = re.compile(r"(?:(?!\.{1,2}(?:/|$)| )[ -$&-.0-Z^-~\u4e00-\u9fa5\uff01-\uff5e]+(?<![. ])(?:/(?!$)|$))+")
_BLANK = " \t\r\n\v\f\u00a0\u3000"
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LATIN_WORD = re.compile("[A-Za-z][\u00c0-\u024f\u0300-\u036f]|[\u00c0-\u024f][A-Za-z]")
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_WRITTEN_OUT = re.compile(r"\[U\+([0-9A-F]{4,6})\]|\[0x([0-9A-F]{2})\]")
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u[dD][cC]([89a-fA-F][0-9a-fA-F])")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_TOO_LONG = 8192  # characters: no system makes a longer path, and guessing at one would only cost time

EXACT, READABLE, TIDY, GUESSED = range(4)
"""How closely two names agree, the closest first."""


def is_text(path: str) -> bool:
    """Whether every byte of the name could be read as UTF-8."""
    return path.isascii() or _SURROGATES.search(path) is None


def has_controls(path: str) -> bool:
    """Whether the name has a character that steers a terminal or ends a line."""
    return _CONTROL.search(path) is not None


def is_plain(path: str) -> bool:
    """Whether the name is the same in every form: what most names are."""
    return _PLAIN.fullmatch(path) is not None


def without_dots(path: str) -> str:
    """The path without the parts that lead nowhere (`./`, `//`); a `/` at its beginning and `..` stay."""
    if not path.startswith("./") and "//" not in path and "/./" not in path and not path.endswith(("/", "/.")):
        return path if path != "." else ""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return ("/" if path.startswith("/") else "") + "/".join(parts)


def readable(path: str) -> str:
    """The name as people read it: each part in the encoding that it is in, NFC, without `./` and `//`."""
    if path.isascii() or _PLAIN.fullmatch(path):
        return without_dots(path)
    if not is_text(path):
        path = "/".join(part if is_text(part) else _part_as_text(part) for part in path.split("/"))
    return unicodedata.normalize("NFC", without_dots(path))


def _part_as_text(part: str) -> str:
    """UTF-8 it is not: GB 18030 as Chinese Windows writes it, else with each byte that is no text written out."""
    try:
        return raw_bytes(part).decode("gb18030")
    except UnicodeDecodeError:
        return _SURROGATES.sub(lambda found: _written_out(found[0]), part)


def tidy(path: str) -> str:
    r"""The readable name without blanks around its parts and dots behind them, `\` as `/`: both get lost on the way."""
    if _PLAIN.fullmatch(path):
        return path
    name = readable(path)  # first: a second byte of GB 18030 may be that of a backslash
    parts = without_dots((name.strip(_BLANK) or name).replace("\\", "/")).split("/")
    return "/".join(part.strip(_BLANK).rstrip(_BLANK + ".") or part for part in parts)


def precise(path: str) -> str:
    """The name with everything written out (`[U+0301]`, `[0xCF]`) that could be written otherwise, or would be lost."""
    if _PLAIN.fullmatch(path):
        return path
    return "/".join(_precise_part(part) for part in without_dots(path).split("/"))


def _precise_part(part: str) -> str:
    begin = len(part) - len(part.lstrip(_BLANK))
    end = len(part.rstrip(_BLANK))
    return "".join(
        _written_out(letter) if not begin <= place < end or _could_be_otherwise(letter) else letter
        for place, letter in enumerate(part)
    )


@lru_cache(1 << 16)
def _could_be_otherwise(letter: str) -> bool:
    if letter < "\u007f":
        return letter < " "
    kind = unicodedata.category(letter)
    return (
        kind[0] in "MC"
        or kind in ("Zl", "Zp")
        or unicodedata.normalize("NFC", letter) != letter
        or _JAMO.match(letter) is not None
    )


def _written_out(letter: str) -> str:
    number = ord(letter)
    return f"[0x{number - 0xDC00:02X}]" if 0xDC80 <= number <= 0xDCFF else f"[U+{number:04X}]"


def gbk_behind(part: str) -> str | None:
    """What a part of a name says in GBK, where its bytes are UTF-8 by chance only: 一 in GBK is һ (U+04BB) in UTF-8.

    None where that cannot be: letters that take three bytes are no chance.
    """
    if part.isascii() or not all(letter < "\u0800" for letter in part) or _LATIN_WORD.search(part):
        return None
    try:
        text = part.encode().decode("gbk")
    except UnicodeError:
        return None
    return text if all(letter < "\u007f" or "\u3000" <= letter <= "\u9fff" for letter in text) else None


def guesses(path: str) -> Iterator[str]:
    """Tidy names that it may stand for as well: escapes undone, or bytes read in the wrong encoding read again."""
    if _PLAIN.fullmatch(path) or len(path) > _TOO_LONG:
        return
    for pattern in (_WRITTEN_OUT, _ESCAPED, _PERCENT):
        if pattern.search(path):
            undone = pattern.sub(_letter if pattern is _WRITTEN_OUT else _byte, path)
            yield tidy(_decoded(undone))
    if path.isascii() or not is_text(path):
        return
    composed = unicodedata.normalize("NFC", path)
    for wrong in ("utf-8", "cp437", "cp1252", "latin-1"):
        for right in ("utf-8", "gb18030"):
            if wrong == right:
                continue
            try:
                again = composed.encode(wrong).decode(right)
            except UnicodeError:
                continue
            if again.isprintable():
                yield tidy(again)


def _letter(match: re.Match[str]) -> str:
    if match[2]:
        return chr(0xDC00 + int(match[2], 16)) if int(match[2], 16) >= 0x80 else match[0]
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF else match[0]


def _byte(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16) if match.re is _ESCAPED else int(match[1], 16)
    return chr(0xDC00 + number) if number >= 0x80 else chr(number)


def _decoded(path: str) -> str:
    """Bytes that were undone next to each other are read together, as UTF-8 where they are that."""
    return path if is_text(path) else raw_bytes(path).decode("utf-8", "surrogateescape")


def names_apart(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path that people can write down: the readable one, the precise one where others are like it.

    What no table or line of text holds (controls, ends of lines) is written out, too. Where some names are no UTF-8,
    those that are it by chance are read like them.
    """
    there = list(paths)
    in_gbk = not all(map(is_text, there))
    names = {
        path: "/".join(gbk_behind(part) or readable(part) for part in without_dots(path).split("/"))
        if in_gbk
        else readable(path)
        for path in there
    }
    alike = Counter(tidy(name) for name in names.values())
    return {
        path: precise(path) if alike[tidy(name)] > 1 or _CONTROL.search(name) else name for path, name in names.items()
    }


class Names(Generic[Thing]):
    """Things by the names of files, found by any way of writing the name; the closest agreement counts.

    Guesses cost time and are made where nothing closer is found. Names that are the same in every form, which most are,
    take a few bytes each beside the sequences of names and things.
    """

    def __init__(self, named: Iterable[tuple[str, Thing]]) -> None:
        things: list[Thing] = []
        names = PackedTexts(_noting(named, things))
        self._index(names, things)

    @classmethod
    def of(cls, names: Sequence[str], things: Sequence[Thing]) -> Self:
        """The things of one sequence by the names that stand at the same places of the other."""
        made = cls.__new__(cls)
        made._index(names, things)
        return made

    def _index(self, names: Sequence[str], things: Sequence[Thing]) -> None:
        self._things = things
        self._plain = Places(names, len(names))
        self._again: dict[int, list[int]] = {}  # by the first place of a plain name: the others
        self._levels: tuple[dict[str, list[int]], ...] = ({}, {}, {})
        self._guessed: dict[str, list[int]] | None = None
        self._odd: list[tuple[str, int]] = []
        for place, name in enumerate(names):
            if _PLAIN.fullmatch(name) is not None:
                if (first := self._plain.add(place, name)) != place:
                    self._again.setdefault(first, []).append(place)
                continue
            self._odd.append((name, place))
            exact = precise(name)
            self._levels[EXACT].setdefault(exact, []).append(place)
            for level, key in ((READABLE, readable(name)), (TIDY, tidy(name))):
                if key != exact:
                    self._levels[level].setdefault(key, []).append(place)

    def find(self, name: str) -> Thing | None:
        """What is of that name; None where nothing is, or several equally well."""
        return found[0] if (found := self.find_closest(name)) else None

    def find_closest(self, name: str) -> tuple[Thing, int] | None:
        """The same, with how closely the names agree."""
        return None if (found := self.closest_place(name)) is None else (self._things[found[0]], found[1])

    def closest_place(self, name: str) -> tuple[int, int] | None:
        """Where the thing stands in the sequence, and how closely the names agree."""
        if not self._odd and _PLAIN.fullmatch(name) is not None:
            first = self._plain.find(name)
            if first is None or first not in self._again:
                return None if first is None else (first, EXACT)
        for level, form in enumerate((precise, readable, tidy)):
            if places := self._at(form(name), *{EXACT, level}):
                return (places[0], level) if len(places) == 1 else None
        keys = dict.fromkeys((tidy(name), *guesses(name)))
        places = self._each_once(place for key in keys for place in self._guess(key))
        return (places[0], GUESSED) if len(places) == 1 else None

    def _at(self, key: str, *levels: int) -> list[int]:
        first = self._plain.find(key) if EXACT in levels else None
        plain = [] if first is None else [first, *self._again.get(first, ())]
        return self._each_once(chain(plain, (place for level in levels for place in self._levels[level].get(key, ()))))

    def _guess(self, key: str) -> list[int]:
        """What may be meant by a tidy name: what is called so, and what a guess says is called so."""
        if self._guessed is None:
            self._guessed = {}
            for name, place in self._odd:
                for guess in dict.fromkeys(guesses(name)):
                    self._guessed.setdefault(guess, []).append(place)
        return [*self._at(key, EXACT, READABLE, TIDY), *self._guessed.get(key, ())]

    def _each_once(self, places: Iterable[int]) -> list[int]:
        """Places of different things: the same thing may have been given by several names."""
        each = list(dict.fromkeys(places))
        if len(each) > 1 and isinstance(self._things, list):  # what a table gives is made anew, and never the same
            each = list({id(self._things[place]): place for place in reversed(each)}.values())[::-1]
        return each


def _noting(named: Iterable[tuple[str, Thing]], things: list[Thing]) -> Iterator[str]:
    """The names; their things are put into the list."""
    for name, thing in named:
        things.append(thing)
        yield name


def meant(asked: str, names: Iterable[str]) -> str | None:
    """Which name a person means who types this: any way of writing it, else what only looks like it, if one does."""
    there = list(names)
    if (found := Names((name, name) for name in there).find(asked)) is not None:
        return found
    looks = unicodedata.normalize("NFKC", tidy(asked))
    alike = {name for name in there if unicodedata.normalize("NFKC", tidy(name)) == looks}
    return alike.pop() if len(alike) == 1 else None
