"""What is said to people, in their language: gettext catalogues keyed by code, one domain a subject.

A code is `domain.name`; its sentence stands in `locale/<language>/LC_MESSAGES/<domain>.po` under the whole code,
with named places (`{path}`); a large domain stands in several files, as `cli.media.po`, and `words` is what several
rooms name: kinds of media, states, headings. `code + '.hint'` says what to do, where there is something to do; where
it is done differently at each door, `code + '.hint.cli'` says it in commands.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

from metadata.findings import Value
from preserve.messages.causes import cause_of

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_LOCALE = Path(__file__).parent / "locale"
_current: ContextVar[Language] = ContextVar("language", default="zh")
_door: ContextVar[str] = ContextVar("door", default="")


def speak(language: Language) -> None:
    """Set the language of everything said from here on in this context."""
    _current.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it everything is said in this language: what goes into packages is in the archive's own."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def at_door(name: str) -> Iterator[None]:
    """Within it hints are those of this door (`cli`); with an empty name they name no command of any."""
    token = _door.set(name)
    try:
        yield
    finally:
        _door.reset(token)


def language() -> Language:
    """The language in use."""
    return _current.get()


def language_of_locale(lang: str) -> Language:
    """`zh` for a Chinese locale name such as `zh_CN.UTF-8`, `en` for any other."""
    return "zh" if lang.lower().startswith("zh") else "en"


@cache
def _catalogue(domain: str, language: Language) -> gettext.NullTranslations:
    return gettext.translation(domain, _LOCALE, languages=[language])


def known(code: str, language: Language | None = None) -> bool:
    """Whether there is a sentence for this code."""
    domain, _, name = code.partition(".")
    if not name:
        return False
    try:
        return _catalogue(domain, language or _current.get()).gettext(code) != code
    except FileNotFoundError:
        return False


class _Places(dict[str, Value]):
    """A sentence never fails for a missing value: the place stays visible.

    `{statute}` is the value `article` as a law is cited; `{due_day}` the value `due`, an ISO date, as people write it.
    """

    def __missing__(self, key: str) -> str:
        if key == "statute" and "article" in self:
            return statute_number(str(self["article"]))
        if key.endswith("_day") and (day := self.get(key.removesuffix("_day"))) is not None:
            return day_for_people(str(day))
        return "{" + key + "}"


def say(code: str, /, **values: Value) -> str:
    """The sentence for `code` with its places filled; the bare code with its values where there is none."""
    if not known(code):
        return f"{code} {values}" if values else code
    domain = code.partition(".")[0]
    if language() == "zh" and isinstance(reason := values.get("reason"), str) and (cause := cause_of(reason)):
        values["reason"] = say(f"cause.{cause}")
    return _catalogue(domain, _current.get()).gettext(code).format_map(_Places(values))


def listed(words: Iterable[str]) -> str:
    """Words one after the other, as this language sets them apart."""
    return say("work.list-separator").join(words)


def bytes_for_people(size: float) -> str:
    """A size in the unit a person would use (decimal units, as drives and discs are sold)."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def length_for_people(seconds: float) -> str:
    """A length of time as a person says it: seconds with a decimal only below a minute."""
    if seconds < 60:
        return say("work.seconds", seconds=f"{round(seconds, 1):g}")
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [say("work.hours", hours=hours)] if hours else []
    parts += [say("work.minutes", minutes=minutes)] if minutes else []
    parts += [say("work.seconds", seconds=left)] if left else []
    return ("" if language() == "zh" else " ").join(parts)


_DIGITS = "零一二三四五六七八九"


def statute_number(article: str) -> str:
    """The number of an article as a law is cited: 第十八条 in Chinese; what is no number below a hundred stays."""
    if language() != "zh" or not article.isascii() or not article.isdigit() or not 0 < int(article) < 100:
        return article
    tens, ones = divmod(int(article), 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")


def item_number(number: str) -> str:
    """An item of an article as a law is cited: 第（二）项."""
    return say("work.item", number=statute_number(number))


def day_for_people(day: str) -> str:
    """An ISO date as people write it; what is none stays."""
    try:
        year, month, date = (int(part) for part in day[:10].split("-"))
    except ValueError:
        return day
    return say("work.day", year=year, month=month, date=date)


def hint(code: str, /, **values: Value) -> str:
    """What to do about `code`, at the door in use; empty where nothing was written about it."""
    for name in (f"{code}.hint.{_door.get()}", f"{code}.hint"):
        if known(name):
            return say(name, **values)
    return ""
