"""Paper for every text: whatever people write, each maker of pages gives PDF/A that says it, from our own fonts only."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import unicodedata
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import preserve
from preserve.access.redaction.painting import Mark, tile
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.archival_storage.labels import Form, make_labels
from preserve.typesetting import printable
from preserve.typesetting.fonts import shows
from preserve.visible_text import visible
from tests.support.pdfa import against_pdfa
from tests.unit.archival_storage.labels.test_labels import label

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SCRIPTS = {
    "simplified": "无证经营案",
    "traditional": "無證經營案",
    "extension A": "㐀㐁䶵",
    "extension B": "𠀀𪛖𠮷",
    "Tibetan": "བཀྲ་ཤིས",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "Uyghur": "ئۇيغۇر",
    "Kazakh": "قازاق",
    "Kyrgyz": "قىرعىز",
    "Yi": "ꆈꌠꉙ",
    "Zhuang": "Vahcuengh ƽ",
    "Dai": "ᦀᦁᦂ",
    "Dehong Dai": "ᥖᥭ",
    "Korean": "조선말",
    "Lisu": "ꓡꓲꓢꓴ",
    "Miao": "𖼀𖼁",
    "Phags-pa": "ꡖꡍꡂ",
    "Thai": "สมชาย",
    "Cyrillic": "Иванов",
    "Hindi": "नाम",
}


def set_page(*rows: str) -> bytes:
    return as_pdf("题", "下", "局", MOMENT, [Section("表", heads=("甲", "乙"), rows=tuple((row, row) for row in rows))])


def check(pdf: bytes, folder: Path) -> str:
    """Hold the page against PDF/A and give back its text, without blanks."""
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    assert against_pdfa(path) == []
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    return re.sub("[\\s\u200b\u202a-\u202e]", "", done.stdout)


def test_only_one_room_sets_pages() -> None:
    """A maker of its own would go round the filter: its text must pass here too."""
    root = Path(preserve.__file__).parent
    users = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and any(name.name == "typst" for name in node.names):
                users.add(path.relative_to(root).parts[0])
    assert users == {"typesetting"}
    for path in root.rglob("*.typ"):
        assert 'font: "' not in path.read_text(encoding="utf-8"), path
        assert "fallback: false" in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_of_china_and_its_neighbours_are_printed_as_they_are(name: str, tmp_path: Path) -> None:
    text = SCRIPTS[name]
    assert printable(text) == text
    said = check(set_page(text), tmp_path)
    assert "U+" not in said
    if name not in ("Tibetan", "Uyghur", "Kazakh", "Kyrgyz", "Hindi", "Thai"):  # their letters come back reordered
        assert text.replace(" ", "") in said


def chunks(size: int) -> list[str]:
    """Every code point that fonts show, of those that stand as their number and of Han, which are alike, each 61st."""
    kept = []
    for number in range(0x110000):
        one = chr(number)
        shown = visible(one, shows=shows) == one
        if number % 61 == 0 or (shown and not unicodedata.name(one, "").startswith(("CJK UNI", "HANGUL SYL"))):
            kept.append(one)
    return ["\n".join(kept[start : start + size]) for start in range(0, len(kept), size)]


@pytest.mark.slow
def test_every_code_point_can_be_printed(tmp_path: Path) -> None:
    rows = chunks(64)
    for start in range(0, len(rows), 600):
        said = check(set_page(*rows[start : start + 600]), tmp_path)
        for one in "".join(rows[start : start + 600]):
            shown = visible(one, keep="\n", shows=shows)
            if len(shown) > 1:
                assert shown[3:-1] in said, shown  # beside Arabic its brackets come back mirrored


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["\u0301", "\u0f71", "\u20e3\ufe0f"])
def test_every_code_point_can_be_printed_beside_a_mark(mark: str, tmp_path: Path) -> None:
    every = [chr(code) for code in range(0x20, 0x20000) if visible(chr(code), shows=shows) == chr(code)]
    kinds: dict[tuple[str, int], list[str]] = {}
    for one in every:  # of each kind and block as many as show what its font and shaper do with it
        kinds.setdefault((unicodedata.category(one), ord(one) >> 6), []).append(one)
    texts = ["\n".join(f"{one}{mark}{one}中{mark}" for one in known[:2]) for known in kinds.values()]
    for start in range(0, len(texts), 500):
        check(set_page(*texts[start : start + 500]), tmp_path)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(texts=["'\"<&>", *"0" * 19])
@given(texts=st.lists(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40), min_size=20, max_size=40))
def test_any_text_can_be_printed_in_every_place(texts: list[str], tmp_path: Path) -> None:
    first = texts[0]
    picture = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 900'>"
        + "".join(f"<text x='1' y='{20 * n}'>{escape(one)}</text>" for n, one in enumerate(texts))
        + "</svg>"
    )
    parts = [Section(one, one, ("a" + one, "b"), ((one, texts[n - 1]),), picture) for n, one in enumerate(texts[:5])]
    parts.append(Section("单", "", ("",), (("\n".join(texts),),)))
    said = check(as_pdf(first, texts[1], texts[2], MOMENT, parts), tmp_path)
    assert "题" not in first or "题" in said


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=()), min_size=1, max_size=40), min_size=5, max_size=5))
def test_any_text_can_be_on_a_label(texts: list[str], tmp_path: Path) -> None:
    title, institution, place, number, copy = texts
    one = label(title=title, institution=institution, place=place, archival_numbers=(number,), copy=copy, name=title)
    for form in get_args(Form):
        (tmp_path / "label.pdf").unlink(missing_ok=True)
        make_labels([one], tmp_path / "label.pdf", form)
        assert against_pdfa(tmp_path / "label.pdf") == []


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=30))
def test_a_watermark_takes_any_name(name: str) -> None:
    assert tile(Mark(name), 600).width > 0


def test_data_reaches_the_page_as_data() -> None:
    text = '#panic("x") $y$ *b* _i_ <a> @r [c] \\u{1b}'
    assert json.loads(json.dumps(printable({"a": [text]}))) == {"a": [text]}
    assert set_page(text)
    assert set_page(text) == set_page(text)
