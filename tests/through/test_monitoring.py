"""What is shipped for monitors is held against the program by their own tools: alarms, figures, dashboard, page."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from preserve.cli.main import run
from preserve.serving.exposition import text_of
from tests.unit.serving.test_exposition import NOTHING, WHOLE

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "prometheus"
RULES = SHIPPED / "alerts.yml"
_NAME = re.compile(r"\bpreserve_[a-z0-9_]+\b")


def names() -> set[str]:
    """Every figure that is given, with the one that is added at the end of an answer."""
    given = re.findall(r"^# TYPE (\S+)", text_of(WHOLE).decode(), re.MULTILINE)
    return {*given, "preserve_metrics_seconds"}


def promtool(*arguments: str | Path) -> None:
    """Run it over what is shipped."""
    done = subprocess.run(["promtool", *arguments], cwd=SHIPPED, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def expressions() -> list[tuple[str, str]]:
    """Each query of the dashboard, under its panel's title."""
    board = json.loads((SHIPPED / "dashboard.json").read_text(encoding="utf-8"))
    return [(panel["title"], one["expr"]) for panel in board["panels"] for one in panel.get("targets", ())]


def test_the_alarms_are_well_formed_and_told_when_they_should_be() -> None:
    promtool("check", "rules", RULES)
    promtool("test", "rules", "alerts-test.yml")


def test_a_spoilt_alarm_is_seen(tmp_path: Path) -> None:
    """The tests above can fail."""
    for file in ("alerts.yml", "alerts-test.yml"):
        text = (SHIPPED / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace('"suspect|lost"', '"suspicious|lost"'), encoding="utf-8")
    (tmp_path / "alerts-test.yml").write_bytes((SHIPPED / "alerts-test.yml").read_bytes())
    done = subprocess.run(["promtool", "test", "rules", "alerts-test.yml"], cwd=tmp_path, capture_output=True)
    assert done.returncode != 0


def test_every_alarm_is_tried() -> None:
    alarms = set(re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8")))
    tried = set(re.findall(r'alertname="(\w+)"', (SHIPPED / "alerts-test.yml").read_text(encoding="utf-8")))
    assert len(alarms) > 20 and alarms - tried == set()


@pytest.mark.parametrize("file", ["alerts.yml", "alerts-test.yml", "dashboard.json"])
def test_every_figure_that_is_asked_for_is_given(file: str) -> None:
    assert set(_NAME.findall((SHIPPED / file).read_text(encoding="utf-8"))) - names() == set()


def test_the_dashboards_queries_are_ones(tmp_path: Path) -> None:
    rules: list[dict[str, Any]] = [
        {"record": f"panel:{number}", "expr": one} for number, (_, one) in enumerate(expressions())
    ]
    assert len(rules) > 20
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", file)


def test_panels_lie_beside_each_other() -> None:
    board = json.loads((SHIPPED / "dashboard.json").read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not taken & cells and max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_page_tells_of_every_figure_and_every_alarm() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert sorted(one for one in names() if f"`{one}`" not in page) == []
    alarms = re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8"))
    assert [one for one in alarms if f"`{one}`" not in page] == []
    assert set(_NAME.findall(page)) - names() == set()


def test_what_an_alarm_says_to_run_exists(capsys: pytest.CaptureFixture[str]) -> None:
    called = re.findall(r"preserve ([a-z]+(?: [a-z]+)?)", " ".join(re.findall(r"action: (.*)", RULES.read_text())))
    assert len(called) > 6
    for words in called:
        assert run([*words.split(), "--help"]) == 0, words
    capsys.readouterr()


def test_the_same_figures_are_there_in_an_empty_archive_but_for_what_never_was() -> None:
    given = set(re.findall(r"^# TYPE (\S+)", text_of(NOTHING).decode(), re.MULTILINE))
    assert {one for one in names() - given if "audit_last" not in one} == {
        "preserve_catalogue_backup_timestamp_seconds",
        "preserve_ledger_proven_timestamp_seconds",
        "preserve_metrics_seconds",
    }
