"""What people cannot see, or what steers their reader, stands there as its code point; over all of Unicode."""

from __future__ import annotations

import io
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from preserve.terminal import console, json_text
from preserve.visible_text import _SEEN, _joins, is_visible, one_line, visible

ALL = [chr(code) for code in range(0x110000)]
ANY = st.text(st.characters(exclude_categories=()), max_size=60)
STEERING = "\x00\x07\x08\t\n\r\x1b\x7f\x80\x85\x9b\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ufffe"


def test_each_code_point_stands_as_itself_or_as_its_number() -> None:
    for character in ALL:
        number = ord(character)
        shown = visible(character)
        wanted = f"[0x{number - 0xDC00:02X}]" if 0xDC80 <= number <= 0xDCFF else f"[U+{number:04X}]"
        assert shown in (character, wanted)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            assert shown == wanted, hex(number)
        if unicodedata.category(character)[0] in "LNPS" and shown != character:
            assert character in "\u115f\u1160\u3164\uffa0\u2800\ufffc", hex(number)


def test_what_the_attack_wrote() -> None:
    assert visible("fdp.\u202egpj") == "fdp.[U+202E]gpj"
    assert visible("zz\x1b[2J") == "zz[U+001B][2J"
    assert visible("a\udcffb") == "a[0xFF]b"
    assert visible("两行\n一行", keep="\n") == "两行\n一行"
    assert visible("两行\n一行") == "两行[U+000A]一行"
    assert one_line("  一\r\nBcc: x\u2028y ") == "一 Bcc: x[U+2028]y"


def test_the_scripts_of_china_stay_what_they_are() -> None:
    for text in (
        "无证经营案（2026）",
        "無證經營案",
        "𠀀𪛖",
        "བཀྲ་ཤིས་བདེ་ལེགས",
        "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠌",
        "ئۇيغۇر تىلى",
        "قازاق ٴتىلى",
        "ꆈꌠꉙ",
        "Vahcuengh",
        "ᦀᦁᦂ",
        "ᥖᥭᥰ",
        "조선말",
        "ꓡꓲꓢꓴ",
        "é e\u0301",
    ):
        assert visible(text) == text


def test_marks_need_a_letter_and_do_not_pile_up() -> None:
    assert visible("\u0301a") == "[U+0301]a"
    assert visible("\x1b\u0301") == "[U+001B][U+0301]"
    assert visible(" \u0301") == " [U+0301]"
    assert visible("a" + "\u0301" * 12) == "a" + "\u0301" * 8 + "[U+0301]" * 4
    assert visible("a\u180b") == "a[U+180B]"


@given(ANY)
def test_made_visible_once_is_made_visible(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    assert all(
        is_visible(one) or unicodedata.category(one)[0] == "M" or one in "\u180b\u180c\u180d\u180e\u180f\u202f"
        for one in once
    )
    once.encode()  # no half of a surrogate pair is left
    assert not set(once) & set(STEERING)
    assert "".join(one_line(text).splitlines()) == one_line(text)


@given(ANY, ANY)
def test_nothing_printed_steers_a_terminal(first: str, second: str) -> None:
    stream = io.StringIO()
    console(stream, width=400).print(first, second, markup=False, soft_wrap=True)
    assert not set(stream.getvalue()) & (set(STEERING) - {"\n"})
    assert stream.getvalue().encode()


@given(st.dictionaries(ANY, ANY, max_size=4))
def test_json_says_the_true_text_and_steers_no_terminal(document: dict[str, str]) -> None:
    written = json_text(document)
    assert json.loads(written) == json.loads(json.dumps(document))
    assert not set(written) & (set(STEERING) - {"\n"})
    assert written.encode()


def test_a_colour_that_is_written_in_a_name_is_text() -> None:
    stream = io.StringIO()
    made = console(stream, width=80)
    with made.capture() as caught:
        made.print("红\x1b[31m", markup=False)
    assert caught.get() == "红[U+001B][31m\n"


def test_what_is_passed_at_once_is_what_would_be_passed_letter_by_letter() -> None:
    passed = [chr(code) for code in range(0x110000) if _SEEN.fullmatch(chr(code))]
    assert len(passed) > 20_000
    for character in passed:
        assert is_visible(character), hex(ord(character))
        assert not _joins("一", character), hex(ord(character))
