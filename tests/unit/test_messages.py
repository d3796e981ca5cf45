"""Everything the program can say is said in both languages, with the same places to fill."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import preserve
from preserve.cli.main import COMMANDS
from preserve.messages import LANGUAGES, Language, at_door, hint, known, say, speaking

ROOT = Path(preserve.__file__).parent
LOCALE = ROOT / "messages" / "locale"
DOMAINS = sorted({path.stem for path in LOCALE.glob("*/LC_MESSAGES/*.po")})
SPEAKERS = {
    "Finding",
    "say",
    "hint",
    "known",
    "sentence",
    "PreserveError",
    "UsageError",
    "Refused",
    "NotIntact",
    "MediumProblem",
    "NotPermitted",
    "ToolMissing",
    "Stopped",
}


def catalogue(domain: str, language: str) -> dict[str, str]:
    """Sentences by code, from the source of the catalogue."""
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream, abort_invalid=True) if m.id}


def places(sentence: str) -> set[str]:
    """The names of the places in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def codes_used() -> set[str]:
    """The literal codes in findings, errors and sentences of the source."""
    used = set()
    for room in (ROOT, ROOT.parent / "metadata", ROOT.parent / "storage_adapters"):
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                    if name in SPEAKERS and isinstance(node.args[0].value, str):
                        used.add(node.args[0].value)
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                    named = any(isinstance(target, ast.Name) and target.id == "code" for target in node.targets)
                    if named and isinstance(node.value.value, str):
                        used.add(node.value.value)
    return {code for code in used if "." in code and not code.endswith((".", "-"))}


def test_every_code_in_the_source_has_a_sentence_in_both_languages() -> None:
    used = codes_used()
    assert len(used) > 50
    assert [(code, language) for code in sorted(used) for language in LANGUAGES if not known(code, language)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_languages_say_the_same_things(domain: str) -> None:
    zh, en = catalogue(domain, "zh"), catalogue(domain, "en")
    assert zh.keys() == en.keys()
    for code in zh:
        assert code.startswith(domain + ".")
        assert zh[code] and en[code]
        assert places(zh[code]) == places(en[code]), code


def test_a_missing_value_leaves_its_place_visible_and_an_unknown_code_stands_for_itself() -> None:
    with speaking("en"):
        assert "{limit}" in say("sip.too-deep")
        assert say("sip.no-such-thing") == "sip.no-such-thing"
        assert hint("sip.too-deep") == "" and hint("sip.symlink") != ""
    with speaking("zh"):
        assert say("sip.too-deep", limit=3) == "文件夹嵌套超过 3 层。"


# Sentences that only the command line says; they go to its own domain with the rooms that say them.
ONLY_THERE = {"look.how", "look.placed", "plan.copies-next", "plan.problem-policy", "plan.problem-signatures"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_names_a_command_but_those_of_the_command_line(language: Language) -> None:
    """What is said at every door is true at every door: a web page has no command to run."""
    command = re.compile(rf"\bpreserve ({'|'.join(COMMANDS)})\b")
    named = {
        code
        for domain in DOMAINS
        for code, sentence in catalogue(domain, language).items()
        if command.search(sentence) and not code.endswith(".hint.cli")
    }
    assert {code for code in named if not code.startswith("cli.")} == ONLY_THERE
    assert {code for code in named if code.endswith(".hint")} == set()


def test_a_hint_is_that_of_the_door() -> None:
    with speaking("en"):
        neutral = hint("people.token-unknown")
        with at_door("cli"):
            assert "preserve user login" in hint("people.token-unknown")
            assert hint("sip.symlink") == say("sip.symlink.hint")  # the same at each
        with at_door("web"):
            assert hint("people.token-unknown") == neutral == "Log in again."
