"""Values of options are typed by code or by name in either language; days in every usual way."""

from __future__ import annotations

from datetime import date

import click
import pytest

from preserve.cli.choices import Day, Labelled
from preserve.cli.main import run
from preserve.cli.options import STAGES, named
from preserve.cli.user import _ROLE
from preserve.messages import LANGUAGES, Language, speaking


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("choice", "typed", "value"),
    [
        (_ROLE, "examiner", "examiner"),
        (_ROLE, "审核人", "examiner"),
        (_ROLE, "审核员", "examiner"),
        (_ROLE, "机关负责人", "head"),
        (STAGES, "立 案", None),
        (STAGES, "启动", "initiation"),
        (STAGES, "Decision", "decision"),
        (named("folder", "encrypted-zip"), "加密压缩包", "encrypted-zip"),
        (named("folder", "encrypted-zip"), "Encrypted ZIP", "encrypted-zip"),
        (named("lossless", "compact"), "无损", "lossless"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_by_its_code_or_name(language: Language, choice: Labelled, typed: str, value: str | None) -> None:
    with speaking(language):
        if value is None:
            with pytest.raises(click.BadParameter) as wrong:
                choice.convert(typed, None, None)
            assert ("启动" if language == "zh" else "initiation") in wrong.value.message
        else:
            assert choice.convert(typed, None, None) == value


@pytest.mark.parametrize("typed", ["2026-09-15", "2026.9.15", "2026年9月15日", "20260915", "２０２６/9/15"])
def test_a_day_as_people_write_it(typed: str) -> None:
    assert Day().convert(typed, None, None) == date(2026, 9, 15)


@pytest.mark.parametrize("typed", ["昨天", "2026-02-30", "15/9/2026", ""])
def test_what_is_no_day(typed: str) -> None:
    with pytest.raises(click.BadParameter):
        Day().convert(typed, None, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "add"], ["用法：", "缺少参数", "账户"]),
        (["user", "add", "x", "--person", "王"], ["缺少选项", "--role"]),
        (["user", "add", "x", "--person", "王", "--role", "clerk"], ["不在可选范围内", "审核人"]),
        (["user", "add", "x", "--rolle", "y"], ["没有 --rolle 这个选项"]),
        (["nothing-such"], ["没有 nothing-such 这个命令"]),
        (["search", "--since", "昨天"], ["不是日期", "2026年3月12日"]),
        (["list", "--size", "0"], ["不在", "范围内"]),
        (["list", "--size", "many"], ["不是数"]),
        (["list", "x"], ["多出的参数"]),
        (["list", "--size"], ["缺少值"]),
        (["list", "--size", "5", "--after"], ["缺少值"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].isascii() else "",
)
def test_the_library_speaks_chinese(arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh", *arguments]) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in said), told
    assert not any(word in told for word in ("Missing", "No such", "OPTIONS", "Invalid", "Did you"))


def test_help_is_chinese_through_and_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh", "user", "add", "--help"]) == 0
    told = capsys.readouterr().out
    assert "[必填]" in told and "归档人|档案员|审核人" in told and "[选项] 账户" in told
    assert run(["--lang", "zh", "list", "--help"]) == 0
    assert "[默认：50" in capsys.readouterr().out
    assert run(["--lang", "en", "user", "add", "--help"]) == 0
    told = capsys.readouterr().out
    assert "[required]" in told and "depositor|archivist|examiner" in told and "[OPTIONS] ACCOUNT" in told
