"""Templates show hostile values as text, and what cannot be seen as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from preserve.services.standing import Standing
from preserve.web.render import HERE, Pages, static
from tests.support.sessions import founded

HOSTILE = "<script>alert(1)</script>\" onload='x' \u202e\u2028\x00{{ 7*7 }}"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    founded(tmp_path).close()
    standing = Standing(tmp_path / "home")
    yield Pages(standing, {"/"})
    standing.close()


def test_a_hostile_value_is_text(pages: Pages) -> None:
    made = pages._environment.from_string('<p title="{{ value }}">{{ value }}</p>').render(value=HOSTILE)
    assert "<script>" not in made
    assert "onload='" not in made
    assert not set("\u202e\u2028\x00") & set(made)
    assert "49" not in made


def test_a_person_stands_beside_the_account(pages: Pages) -> None:
    made = pages._environment.from_string(
        "{{ 'li' | person }}|{{ 'li' | person_text }}|{{ 'gone' | person }}|{{ '' | person }}"
    )
    who = SimpleNamespace(persons={"li": "李<局长\u202e", "root": "root"})
    assert made.render(asked=who) == ('李&lt;局长[U+202E] <span class="soft">li</span>|李&lt;局长[U+202E]（li）|gone|')
    assert pages._environment.from_string("{{ 'root' | person }}").render(asked=who) == "root"


def test_no_template_has_a_script_or_a_style_in_it() -> None:
    for template in (HERE / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert " style=" not in text, template
        assert "<style" not in text, template
        assert "javascript:" not in text, template
        assert "|safe" not in text.replace(" ", ""), template
        for handler in (" onclick=", " onload=", " onsubmit=", " onchange=", " oninput=", " onerror="):
            assert handler not in text, template
        for piece in text.split("<script")[1:]:
            assert piece.split(">")[0].count("src="), template
            assert piece.split(">", 1)[1].startswith("</script>"), template


def test_another_file_has_another_address() -> None:
    assert static("style.css") != static("page.js")
    assert static("style.css").endswith("/style.css")
