"""The locale that the environment names, and what answering at once does not read."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from preserve.locales import libraries_speak, locale_name


def test_the_locale_is_found_in_the_order_of_posix(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("LC_ALL", ""), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "en_GB.UTF-8")):
        monkeypatch.setenv(name, value)
    assert locale_name() == "zh_CN.UTF-8"
    monkeypatch.setenv("LC_ALL", "C")
    assert locale_name() == "C"


def test_no_locale_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert locale_name() == ""


def test_libraries_are_told_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    libraries_speak("zh")
    assert os.environ["LANGUAGE"] == "zh"


_ANSWER = """
import sys
from preserve.cli.main import run
status = run(sys.argv[1:])
heavy = {"pydantic", "sqlalchemy", "lxml", "rich", "tomllib", "preserve.home"} & set(sys.modules)
sys.exit(f"reads {sorted(heavy)}" if heavy else status)
"""


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--help"], 0), (["--version"], 0), (["nothing-like-it"], 2), (["--lang", "fr"], 2)]
)
def test_what_needs_no_archive_reads_no_more_than_it_says(arguments: list[str], status: int) -> None:
    ended = subprocess.run([sys.executable, "-c", _ANSWER, *arguments], capture_output=True, text=True)
    assert ended.returncode == status, ended.stderr
