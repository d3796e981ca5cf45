"""What the library of the command line says by itself, in the language in use: through gettext, as it asks for it."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from weakref import WeakKeyDictionary

import click

import preserve.messages
from preserve.messages import Language, known, language, say
from preserve.services.text import libraries_speak

_DOMAIN = "click"
_CATALOGUES = Path(preserve.messages.__file__).parent / _DOMAIN
_WORD = re.compile(r"[A-Z][A-Z0-9]*")
_declared: WeakKeyDictionary[click.Parameter, str | None] = WeakKeyDictionary()


def let_click_speak(spoken: Language) -> None:
    """Missing arguments, unknown options, defaults and the like are said in this language from here on."""
    libraries_speak(spoken)
    gettext.bindtextdomain(_DOMAIN, _CATALOGUES)
    gettext.textdomain(_DOMAIN)


def name_places(parameter: click.Parameter) -> None:
    """Name what stands for a value (`ACCOUNT`, `[FILE]...`) in the language in use."""
    if parameter not in _declared:
        _declared[parameter] = parameter.metavar
    written = _declared[parameter]
    if written is None and isinstance(parameter.type, click.types.IntParamType):
        written = "N"
    if written is not None:
        parameter.metavar = in_words(written)


def in_words(places: str) -> str:
    """`[OPTIONS] FILE...` in the language in use."""
    return places if language() == "en" else _WORD.sub(_spoken, places)


def _spoken(word: re.Match[str]) -> str:
    name = word[0].lower()
    return say(f"cli.metavar-{name}") if known(f"cli.metavar-{name}") else word[0]
