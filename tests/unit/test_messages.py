"""Everything the program can say is said in both languages, with the same places to fill."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po

import preserve.errors
from preserve.cli.main import COMMANDS, cli, option_code
from preserve.errors import PreserveError
from preserve.messages import LANGUAGES, Language, at_door, hint, known, say, speaking
from tests.support.codes import SPEAKERS, composed
from tests.support.words import ALSO, ELSEWHERE, WORDS
from tools.compile_messages import domains, read_domain

ROOT = Path(preserve.__file__).parent
ROOMS = ("preserve", "metadata", "storage_adapters")
LOCALE = ROOT / "messages" / "locale"
DOMAINS = sorted({domain for folder in LOCALE.glob("*/LC_MESSAGES") for domain in domains(folder)})
PARTS = sorted(path.name for path in LOCALE.glob("zh/LC_MESSAGES/*.*.po"))


@cache
def catalogue(domain: str, language: str) -> dict[str, str]:
    """Sentences by code, from the sources of the catalogue."""
    files = domains(LOCALE / language / "LC_MESSAGES")[domain]
    return {str(m.id): str(m.string) for m in read_domain(files) if m.id}


def unsaid(codes: set[str]) -> list[tuple[str, str]]:
    """The codes without a sentence, by language."""
    return [(code, language) for code in sorted(codes) for language in LANGUAGES if not known(code, language)]


def places(sentence: str) -> set[str]:
    """The names of the places in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def codes_used() -> set[str]:
    """The literal codes in findings, errors and sentences of the source."""
    used = set()
    for room in ROOMS:
        for path in (ROOT.parent / room).rglob("*.py"):
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
    assert unsaid(used) == []


def test_who_raises_an_error_fills_every_place_of_its_sentence_and_hint() -> None:
    kinds = (kind for kind in vars(preserve.errors).values() if isinstance(kind, type))
    errors = {kind.__name__ for kind in kinds if issubclass(kind, PreserveError)}
    left = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors and node.args):
                continue
            given: set[str | None] = {keyword.arg for keyword in node.keywords}
            if isinstance(code := node.args[0], ast.Constant) and None not in given:
                left += [
                    (str(path), node.lineno, name) for name in sorted(_asked_of(str(code.value)) - given - {"where"})
                ]
    assert left == []


def _asked_of(code: str) -> set[str]:
    """The places of a sentence, and of its hints at all doors, in both languages."""
    texts = [catalogue(code.partition(".")[0], language) for language in LANGUAGES]
    names = (code, *(f"{code}.hint{door}" for door in ("", ".cli", ".api", ".web")))
    return {place for text in texts for name in names for place in places(text.get(name, ""))}


@pytest.mark.parametrize("domain", DOMAINS)
def test_languages_say_the_same_things(domain: str) -> None:
    zh, en = catalogue(domain, "zh"), catalogue(domain, "en")
    assert zh.keys() == en.keys()
    for code in zh:
        assert code.startswith(domain + ".")
        assert zh[code] and en[code]
        assert places(zh[code]) == places(en[code]), code


@pytest.mark.parametrize("file", PARTS)
def test_a_part_of_a_domain_says_what_its_name_says(file: str) -> None:
    for language in LANGUAGES:
        with (LOCALE / language / "LC_MESSAGES" / file).open("rb") as stream:
            codes = [str(m.id) for m in read_po(stream) if m.id]
        assert codes and all(code.startswith((f"{file[:-3]}.", f"{file[:-3]}-")) or code == file[:-3] for code in codes)


def commands(group: click.Command = cli, *words: str) -> Iterator[tuple[list[str], click.Command]]:
    """Every command with the words that call it."""
    yield list(words), group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, *words, name)


def test_every_command_and_option_is_explained_and_nothing_else() -> None:
    lines, options = set(), set()
    for words, command in commands():
        if words:
            lines |= {f"cli.{'-'.join(words)}", f"cli.{'-'.join(words)}.help"}
        parameters = command.get_params(click.Context(command, help_option_names=["-h", "--help"]))
        options |= {option_code(words, option) for option in parameters if isinstance(option, click.Option)}
    assert len(options) > 100
    assert unsaid(lines | options) == []
    assert {code for code in catalogue("cli", "en") if ".option." in code} == options


def test_the_values_of_every_composed_code_are_known_and_each_has_its_sentence() -> None:
    """A code that is put together shows no literal to look for: its values are in the source, or in `WORDS`."""
    said = set(ALSO)
    open_patterns: dict[str, str] = {}
    for code in composed(ROOT.parent, ROOMS):
        if code.values is not None:
            said |= code.codes(code.values)
        elif code.pattern not in ELSEWHERE:
            open_patterns[code.pattern] = code.where
    assert {pattern: where for pattern, where in open_patterns.items() if pattern not in WORDS} == {}
    assert (WORDS.keys() - open_patterns.keys()) == set(), "declared, but no longer said"
    for pattern, values in WORDS.items():
        whole = pattern.startswith("{}") and pattern.count("{}") > 1
        said |= set(values) if whole else {pattern.replace("{}", value) for value in values}
    assert len(said) > 500
    assert unsaid(said) == []


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
