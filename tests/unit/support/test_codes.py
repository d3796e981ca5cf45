"""What fills a composed code is read from the source where it stands there, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.codes import composed, passed


def values(root: Path, text: str) -> set[str] | None:
    (root / "room").mkdir(exist_ok=True)
    (root / "room" / "a.py").write_text(text, encoding="utf-8")
    (code,) = [code for code in composed(root, ("room",)) if code.where.startswith("room/a.py")]
    assert code.pattern == "a.x-{}"
    return code.values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[say(f"a.x-{n}") for n in ("b", "c")]', {"b", "c"}),
        ('for n in ["b"]:\n    say("a.x-" + n)', {"b"}),
        ('[say(f"a.x-{n}") for n, m in (("b", 1), ("c", 2))]', {"b", "c"}),
        ('N = ("b", "c")\n[say(f"a.x-{n}") for n in (*N, "d")]', {"b", "c", "d"}),
        ('N = {"b": 1}\n[say(f"a.x-{n}") for n, m in N.items()]', {"b"}),
        ('def f(n):\n    say(f"a.x-{n}")\nf("b")\nf(n="c")', {"b", "c"}),
        ('def f(*names):\n    return [say(f"a.x-{n}") for n in names]\nf("b", "c")', {"b", "c"}),
        ('def f():\n    n = "b" if x else "c"\n    say(f"a.x-{n}")', {"b", "c"}),
        ('def f():\n    names = ("b",)\n    return [say(f"a.x-{n}") for n in names]', {"b"}),
        # Not told by the source: a value, a call that passes one, a name that is assigned twice.
        ('say(f"a.x-{row.state}")', None),
        ('def f(n):\n    say(f"a.x-{n}")\nf("b")\nf(other)', None),
        ('def f(n):\n    say(f"a.x-{n}")', None),
        ('def f():\n    n = "b"\n    n = other()\n    say(f"a.x-{n}")', None),
        ('for n in ("b",):\n    [say(f"a.x-{n}") for n in other]', None),
    ],
)
def test_values_of_a_place(tmp_path: Path, text: str, expected: set[str] | None) -> None:
    assert values(tmp_path, text) == expected


def test_calls_from_another_module_count(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "b.py").write_text('from room.a import f\nf("c")\n', encoding="utf-8")
    assert values(tmp_path, 'def f(n):\n    say(f"a.x-{n}")\nf("b")') == {"b", "c"}
    (tmp_path / "room" / "b.py").write_text("from room.a import f\nf(other)\n", encoding="utf-8")
    assert values(tmp_path, 'def f(n):\n    say(f"a.x-{n}")\nf("b")') is None


def test_what_is_passed_to_a_speaker_of_a_room(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text('report.tell("b", 1)\ntell("c")\ntell(other)\n', encoding="utf-8")
    assert passed(tmp_path, "tell", "room") == {"b", "c"}
