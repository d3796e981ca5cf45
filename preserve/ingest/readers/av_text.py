"""Texts that a recording's maker wrote into it, as MediaInfo hands them on: which letters they are, fit to be shown."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from typing import Any

from preserve.visible_text import one_line

_LONGEST = 2000
_CONTROLS_AT_THE_ENDS = re.compile(r"^[\x00-\x20\x7f]+|[\x00-\x20\x7f]+$")


def text_of(value: Any) -> str:
    """The text in one line, without the control characters around it; nothing for what is no text.

    MediaInfo gives what has control characters as base64 («\\tGoPro TCD»), and bytes of RIFF, which say nothing about
    their encoding, as if each were a letter of Latin-1.
    """
    if isinstance(value, dict):
        try:
            text = _letters(base64.b64decode(str(value.get("#value", "")), validate=True))
        except (binascii.Error, ValueError):
            return ""
    else:
        text = "" if value is None else _second_look(str(value))
    return one_line(_CONTROLS_AT_THE_ENDS.sub("", text))[:_LONGEST]


def _letters(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _second_look(text: str) -> str:
    """Chinese letters out of bytes that were taken for Latin-1 or for Windows' western letters."""
    if text.isascii() or any(ord(letter) > 0xFF and not _western(letter) for letter in text):
        return text
    try:
        data = b"".join(_byte(letter) for letter in text)
    except UnicodeEncodeError:
        return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        guess = data.decode("gb18030")
    except UnicodeDecodeError:
        return text
    return guess if all(letter.isascii() or _chinese(letter) for letter in guess) else text


def _western(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _byte(letter: str) -> bytes:
    return letter.encode("latin-1") if ord(letter) <= 0xFF else letter.encode("cp1252")


def _chinese(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK", "IDEOGRAPHIC", "FULLWIDTH"))
