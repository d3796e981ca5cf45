"""One thing, one word: the Chinese catalogues hold to docs/terms.zh.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TERMS = tomllib.loads((ROOT / "docs" / "terms.zh.toml").read_text(encoding="utf-8"))["term"]
CATALOGUES = sorted((ROOT / "preserve" / "messages" / "locale" / "zh" / "LC_MESSAGES").glob("*.po"))


def _messages() -> dict[str, str]:
    entry = re.compile(r'msgid "([^"]+)"\nmsgstr "(.*)"')
    return {code: words for file in CATALOGUES for code, words in entry.findall(file.read_text(encoding="utf-8"))}


def _allowed(code: str, but: list[str]) -> bool:
    return any(code == name or (name.endswith("*") and code.startswith(name[:-1])) for name in but)


@pytest.mark.parametrize("term", TERMS, ids=[term["english"] for term in TERMS])
def test_no_other_word_stands_for_it(term: dict[str, list[str] | str]) -> None:
    word, never, but = str(term["word"]), list(term["never"]), list(term["but"])
    wrong = []
    for code, words in _messages().items():
        rest = words.replace(word, "")
        if any(other in rest for other in never) and not _allowed(code, but):
            wrong.append(f"{code}: {words}")
    assert wrong == []


@pytest.mark.parametrize("page", ["README.zh.md", "docs/access.zh.md", "docs/redaction.zh.md", "docs/transfer.zh.md"])
def test_the_pages_hold_to_them_too(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for term in TERMS:
        rest = text.replace(term["word"], "")
        assert [other for other in term["never"] if other in rest] == []


def test_each_exception_is_a_message_that_there_is() -> None:
    codes = _messages()
    for term in TERMS:
        for name in term["but"]:
            assert any(_allowed(code, [name]) for code in codes)
