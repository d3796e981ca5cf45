"""The page in every delivery: complete in itself, and no script or style runs but those it was built with."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from preserve.access.verifier import building, program, reading
from preserve.access.verifier.building import build_page


@pytest.fixture(scope="module")
def page() -> str:
    return build_page()


def test_only_its_own_scripts_and_styles_are_allowed(page: str) -> None:
    policy = re.search(r'Content-Security-Policy"\s+content="([^"]*)"', page)
    assert policy is not None
    rules = {rule.split()[0]: set(rule.split()[1:]) for rule in policy[1].split(";") if rule.strip()}
    assert rules["default-src"] == {"'none'"}
    for element, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(f"<{element}[^>]*>(.*?)</{element}>", page, re.DOTALL)
        digests = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert digests and digests <= rules[rule]
        assert not any("unsafe" in word or "http" in word for word in rules[rule] - {"'wasm-unsafe-eval'"})


def test_nothing_is_fetched_and_nothing_is_left_to_fill_in(page: str) -> None:
    assert "@@" not in page
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]*\b(?:src|href)\s*=""", page)
    assert page == build_page(), "the same bytes every time"


def test_both_programs_know_the_same_names_limits_and_words(page: str) -> None:
    start = page.index('"evidence": "proof/evidence.json"')
    form, _ = json.JSONDecoder().raw_decode(page[page.rindex("{", 0, start) :])
    assert form["limit"] == reading.LIMIT
    assert {name: tuple(words) for name, words in form["words"].items()} == program.WORDS
    for name, wanted in (("dip", reading.DIP), ("code", reading.CODE)):
        assert form[name] == f"^(?:{wanted.pattern})$"


def test_a_script_that_would_end_its_element_is_not_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {**program.WORDS, "altered": ("</SCRIPT><script>", "x")}
    monkeypatch.setattr(program, "WORDS", words)
    with pytest.raises(ValueError, match="would end its element"):
        build_page()


@pytest.mark.parametrize(
    "module", ["const a = 1;", "export const a = 1;", "import b from 'b';\nconst a = 1;\nexport {a};"]
)
def test_only_a_module_that_needs_nothing_becomes_a_function(module: str) -> None:
    with pytest.raises(ValueError, match="not a module"):
        building._as_function(module)
    assert building._as_function("const a = 1;\nexport {a};\n") == "const a = 1;\nreturn {a};\n"
