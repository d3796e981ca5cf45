"""The files for a site of several machines: systemd reads the units, the store knows its options, and no secret leaks.

What they do together is tried with real machines' parts in the tests of `preserve cluster`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from preserve.cli.main import COMMANDS, run
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.serving.server import THREADS

CLUSTER = Path(__file__).parents[2] / "deploy" / "cluster"
UNITS = sorted(CLUSTER.glob("*.service"))
COMPOSE = CLUSTER / "compose.yaml"
WEED = Path(sys.executable).parent / "weed"


def composed() -> dict[str, Any]:
    """The Compose file."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def _secrets(service: dict[str, Any]) -> set[str]:
    """The secrets that a service is given, however they are written."""
    return {one if isinstance(one, str) else str(one["source"]) for one in service.get("secrets", ())}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "cluster.env").write_bytes((CLUSTER / "cluster.env").read_bytes())
    for one in UNITS:
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", one.read_text(encoding="utf-8"))
        (tmp_path / one.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_only_the_sealer_may_read_the_key() -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        hidden = "InaccessiblePaths=-/srv/archive/keys/ledger.key" in text
        ours = "bin/preserve " in text and unit.stem != "preserve-sealer"
        assert hidden == ours, unit.name
    holders = [name for name, one in composed()["services"].items() if "ledger-key" in _secrets(one)]
    assert holders == ["sealer"]


def test_every_unit_runs_as_a_user_who_gains_nothing() -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        assert re.search(r"^User=(preserve|preserve-web|seaweedfs)$", text, re.MULTILINE), unit.name
        assert "NoNewPrivileges=yes" in text and "PrivateTmp=yes" in text


def test_variables_of_units_are_in_their_file() -> None:
    told = set(re.findall(r"^([A-Z_]+)=", (CLUSTER / "cluster.env").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {one for unit in UNITS for one in re.findall(r"\$\{([A-Z_]+)\}", unit.read_text(encoding="utf-8"))}
    assert asked - told == {"CREDENTIALS_DIRECTORY"}  # systemd's own


def test_each_node_asks_for_audits_and_drills_of_which_one_is_done() -> None:
    for timer in (CLUSTER / "preserve-node-audit.timer", CLUSTER / "preserve-node-drill.timer"):
        when = re.findall(r"^OnCalendar=(.*)$", timer.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(when) == 1
        subprocess.run(["systemd-analyze", "calendar", *when], check=True, capture_output=True)
        assert "--as-job" in timer.with_suffix(".service").read_text(encoding="utf-8")


def _weed_calls() -> list[list[str]]:
    calls = [re.findall(r"ExecStart=\S+/weed (.*)", unit.read_text(encoding="utf-8")) for unit in UNITS]
    of_units = [line.split() for lines in calls for line in lines]
    stores = [one for name, one in composed()["services"].items() if name.startswith("store-")]
    return [*of_units, *([str(word) for word in one["command"]] for one in stores)]


def test_the_store_knows_its_options_reports_to_nobody_and_changes_no_picture() -> None:
    calls = _weed_calls()
    assert len(calls) == 8
    for verb, *options in calls:
        shown = subprocess.run([WEED, "help", verb], capture_output=True, text=True, check=False)
        known = set(re.findall(r"^\s+-([\w.]+)(?: |$)", shown.stdout + shown.stderr, re.MULTILINE))
        assert [one for one in options if one.lstrip("-").partition("=")[0] not in known] == []
        assert verb != "master" or "-telemetry=false" in options
        assert verb != "volume" or "-images.fix.orientation=false" in options


def test_nothing_but_the_web_door_is_reached_and_only_from_this_machine() -> None:
    whole = composed()
    assert {name: one["ports"] for name, one in whole["services"].items() if "ports" in one} == {
        "web": ["127.0.0.1:8480:8480"]
    }
    assert whole["networks"]["inside"]["internal"] is True
    assert all(one["networks"] == ["inside"] for name, one in whole["services"].items() if name != "web")


def test_what_the_compose_file_names_it_has() -> None:
    whole = composed()
    names = set(whole["services"])
    for name, one in whole["services"].items():
        assert set(one.get("depends_on", ())) <= names - {name}
        assert _secrets(one) <= set(whole["secrets"])
        assert {volume.partition(":")[0] for volume in one.get("volumes", ())} <= set(whole["volumes"])
    homes = {
        name: [volume.partition(":")[0] for volume in one.get("volumes", ())] for name, one in whole["services"].items()
    }
    sharing = {name for name, volumes in homes.items() if "archive-home" in volumes}
    assert sharing == {"sealer", "worker-one", "worker-two", "web"}, "all of them work in one home"
    others = [volume for volumes in homes.values() for volume in volumes if volume != "archive-home"]
    assert len(set(others)) == len(others), "two services write into one volume"


def test_every_part_of_ours_has_the_one_home_and_what_opens_catalogue_and_store() -> None:
    ours = [unit for unit in UNITS if "bin/preserve " in unit.read_text(encoding="utf-8")]
    assert [unit.stem.removeprefix("preserve-") for unit in ours] == [
        "node-audit",
        "node-drill",
        "node-worker",
        "sealer",
        "web-node",
    ]
    for unit in ours:
        text = unit.read_text(encoding="utf-8")
        assert "RequiresMountsFor=/srv/archive\n" in text and "Environment=PRESERVE_HOME=/srv/archive\n" in text
        assert "LoadCredential=catalogue.pgpass:" in text and "Environment=PGPASSFILE=%d/catalogue.pgpass\n" in text
        # The sealer too: what it signs counts when the store has it.
        assert "LoadCredential=store.credentials:" in text
        assert "Environment=AWS_SHARED_CREDENTIALS_FILE=%d/store.credentials\n" in text


def test_the_budget_of_connections_is_that_of_the_pool() -> None:
    page = (CLUSTER.parents[1] / "docs" / "schema-changes.md").read_text(encoding="utf-8")
    pool: Any = PostgresqlSchema("postgresql://db/x", "x").engine().pool
    most = pool.size() + pool._max_overflow
    assert f"| web door | {most} |" in page and f": {most} + 2 + 1 + 5 +" in page and f"its {THREADS} threads" in page


def _called() -> dict[str, set[str]]:
    """Commands of the program with their options, as units and the Compose file call them."""
    called: dict[str, set[str]] = {}
    lines = [line for unit in UNITS for line in re.findall(r"bin/preserve (.*)", unit.read_text(encoding="utf-8"))]
    of_compose = [one["command"] for name, one in composed()["services"].items() if "preserve:latest" in str(one)]
    for words in [*(line.split() for line in lines), *of_compose]:
        command = " ".join(takewhile(lambda word: not word.startswith("-"), map(str, words)))
        called.setdefault(command, set()).update(str(one) for one in words if str(one).startswith("--"))
    return called


def test_the_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    lacking = {}
    for name, options in _called().items():
        if name.partition(" ")[0] not in COMMANDS:
            lacking[name] = "no such command"
            continue
        assert run([*name.split(), "--help"]) == 0
        shown = capsys.readouterr().out
        if missing := [one for one in sorted(options) if one not in shown]:
            lacking[name] = " ".join(missing)
    assert lacking == {}
