"""What is translated is what the library says: an update that words it otherwise is noticed here."""

from __future__ import annotations

import ast
from pathlib import Path

import click
from babel.messages.pofile import read_po

import preserve.messages

CATALOGUE = Path(preserve.messages.__file__).parent / "click" / "zh" / "LC_MESSAGES" / "click.po"
_BY_NAME = {"required"}  # it comes as a value


def said_by_click() -> set[str]:
    """Every text in the source of the library."""
    texts: set[str] = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return texts


def test_every_translated_sentence_is_one_of_the_librarys() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream)
    ids = {
        text for message in catalogue if message.id for text in (message.id if message.pluralizable else [message.id])
    }
    assert len(ids) > 40
    assert ids - said_by_click() - _BY_NAME == set()
