"""The check of the code's form finds what is over a limit, and its exceptions can only shrink."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import check_form
from tools.check_form import BANS, errors, form_of, functions_of, lowered, over_the_limits, read_exceptions

KINDS, OPENED, SEGMENTS = BANS
FIGURES = {("file-lines", "preserve/a.py"): 310, ("parameters", "preserve/a.py:f"): 9}


def test_the_repository_keeps_to_its_form() -> None:
    exceptions = read_exceptions(check_form.EXCEPTIONS.read_text(encoding="utf-8"))
    assert errors(exceptions, over_the_limits(check_form.ROOT)) == []


def test_functions_are_measured_where_they_stand() -> None:
    module = ast.parse(
        "class A:\n    def f(self, a, /, b, *c, d, **e):\n        def g():\n            pass\n        return g\n"
    )
    assert list(functions_of(module)) == [("A.f", 4, 5), ("A.f.g", 2, 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n" + "    pass\n" * 60, {("function-lines", "preserve/a.py:f"): 61}),
        ("def f():\n" + "    pass\n" * 59, {}),
        ("def f(a, b, c, d, e, f, g, h): ...\n", {("parameters", "preserve/a.py:f"): 8}),
        ("x = 1\n" * 301, {("file-lines", "preserve/a.py"): 301}),
        ("from x import open_catalogue\nopen_catalogue(1)\n", {("open-catalogue", "preserve/a.py"): 1}),
    ],
)
def test_what_is_over_a_limit(text: str, expected: dict[tuple[str, str], int]) -> None:
    assert dict(form_of("preserve/a.py", text, {"a"})) == expected


def test_a_long_module_has_a_test_of_its_name() -> None:
    text = "x = 1\n" * 81
    assert dict(form_of("preserve/rooms/a.py", text, {"rooms"})) == {("untested", "preserve/rooms/a.py"): 1}
    assert dict(form_of("preserve/rooms/__init__.py", text, {"rooms"})) == {}
    assert dict(form_of("preserve/rooms/a.py", text[:-6], set())) == {}


def test_a_migration_that_ran_is_left_alone() -> None:
    assert dict(form_of(f"{check_form.HISTORY}0001.py", "x = 1\n" * 400, set())) == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('row.kind == "drive"', 1),
        ('row.kind in ("s3", "optical")', 2),
        ('Kind = Literal["directory", "drive", "other"]', 2),
        ('add(kind="drive")', 1),
        ('match kind:\n    case "optical":\n        pass', 1),
        ('say("drive")', 0),
        ('{"drive": 1}', 0),
    ],
)
def test_a_kind_of_medium_named_where_it_decides(text: str, count: int) -> None:
    assert KINDS.count(ast.parse(text)) == count


def test_a_ban_holds_outside_its_place() -> None:
    text = "database.open_catalogue(home)\nsealing.export_segments(home)\n"
    assert OPENED.count(ast.parse(text)) == SEGMENTS.count(ast.parse(text)) == 1
    assert dict(form_of("preserve/services/a.py", text, set())) == {("export-segments", "preserve/services/a.py"): 1}
    assert dict(form_of("preserve/data_management/a.py", text, set())) == {}


def test_only_a_comment_switches_the_formatter_off() -> None:
    assert check_form.switches_of_the_formatter("a = 1  # fmt: skip\n# fmt: off\n# fmt\n") == 2
    assert check_form.switches_of_the_formatter('a = "# fmt: skip"\n') == 0


def test_exceptions_as_needed_are_no_error() -> None:
    assert errors(FIGURES, FIGURES) == []


@pytest.mark.parametrize(
    ("exceptions", "words"),
    [
        ({("file-lines", "preserve/a.py"): 310}, "preserve/a.py:f: parameters 9"),
        (FIGURES | {("file-lines", "preserve/a.py"): 305}, "the exception is for 305"),
        (FIGURES | {("file-lines", "preserve/a.py"): 320}, "could be 310 instead of 320"),
        (FIGURES | {("file-lines", "preserve/b.py"): 310}, "no longer needed"),
    ],
)
def test_exceptions_only_shrink(exceptions: dict[tuple[str, str], int], words: str) -> None:
    (sentence,) = errors(exceptions, FIGURES)
    assert words in sentence


def test_an_update_adds_nothing_and_raises_nothing() -> None:
    before = {("file-lines", "preserve/a.py"): 305, ("file-lines", "preserve/b.py"): 400}
    assert lowered(before, FIGURES) == {("file-lines", "preserve/a.py"): 305}
    assert lowered({("file-lines", "preserve/a.py"): 320}, FIGURES) == {("file-lines", "preserve/a.py"): 310}


def test_the_file_is_read_as_it_is_written() -> None:
    assert read_exceptions(check_form.write_exceptions(FIGURES)) == FIGURES
    for text in ("file-lines preserve/a.py", "file-lines preserve/a.py many", "a b 1\na b 2"):
        with pytest.raises(ValueError, match="line"):
            read_exceptions(text)


def test_update_lowers_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preserve").mkdir()
    (tmp_path / "preserve" / "a.py").write_text("x = 1\n" * 310, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("", encoding="utf-8")
    file = tmp_path / "exceptions.txt"
    file.write_text("file-lines preserve/a.py 320\nuntested preserve/b.py 1\n", encoding="utf-8")
    monkeypatch.setattr(check_form, "ROOT", tmp_path)
    monkeypatch.setattr(check_form, "EXCEPTIONS", file)
    assert check_form.main([]) == 1 and "310 instead of 320" in capsys.readouterr().out
    assert check_form.main(["--update"]) == 0
    assert read_exceptions(file.read_text(encoding="utf-8")) == {("file-lines", "preserve/a.py"): 310}
