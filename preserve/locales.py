"""The locale that the environment names, and the language that libraries find there; what every door needs first."""

from __future__ import annotations

import os


def locale_name() -> str:
    """The locale of messages as the environment names it (POSIX order: LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value
    return ""


def libraries_speak(language: str) -> None:
    """Name the language that libraries look up by themselves: gettext knows no other way. Children do not get it."""
    os.environ["LANGUAGE"] = language
