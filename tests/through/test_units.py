"""The units that are shipped are read by systemd itself, the cron lines by cron's own grammar; both call what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from preserve.cli.main import run

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
UNITS = sorted(path for path in FILES if path.suffix in (".service", ".timer"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    program = tmp_path / "preserve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for one in UNITS:
        text = one.read_text(encoding="utf-8").replace("/opt/preserve/bin/preserve", str(program))
        (tmp_path / one.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert (done.returncode, said) == (0, []), done.stderr
    for calendar in re.findall(r"^OnCalendar=(.*)$", unit.read_text(), re.MULTILINE):
        subprocess.run(["systemd-analyze", "calendar", calendar], check=True, capture_output=True)


def test_what_a_spoilt_unit_says(tmp_path: Path) -> None:
    """The check above can fail."""
    unit = tmp_path / "preserve-audit.timer"
    shutil.copyfile(DEPLOY / "preserve-audit.timer", unit)
    unit.write_text(unit.read_text().replace("*-*-* 22:05:00", "every night"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert done.returncode != 0 or "every night" in done.stderr


def test_cron_lines() -> None:
    # crontab(5), system form: five fields, the user, the command; `%` would be a new line.
    field = r"(?:\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?:/\d+)?"
    line = re.compile(rf"^{field} {field} {field} {field} {field} [a-z][a-z0-9_-]* \S[^%]*$")
    lines = (DEPLOY / "preserve.cron").read_text(encoding="utf-8").splitlines()
    jobs = [one for one in lines if one and not one.startswith("#") and not re.match(r"^[A-Z_]+=", one)]
    assert len(jobs) == 2
    assert [job for job in jobs if not line.match(job)] == []


def test_nothing_is_written_into_the_archive() -> None:
    homes = {one for path in FILES for one in re.findall(r"PRESERVE_HOME=(\S+)", path.read_text("utf-8"))}
    written = [one for path in FILES for one in re.findall(r"--output (\S+)", path.read_text("utf-8"))]
    assert len(written) == 2 and len(homes) == 1
    assert [one for one in written if homes & {one, *map(str, Path(one).parents)}] == []


def test_the_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    called = set()
    for path in FILES:
        called |= {tuple(one.split()) for one in re.findall(r"bin/preserve ([a-z -]+)", path.read_text("utf-8"))}
    assert len(called) >= 3
    for arguments in called:
        command = [one for one in arguments if not one.startswith("-")][:2]
        assert run([*command, "--help"]) == 0
        shown = capsys.readouterr().out
        assert all(option in shown for option in arguments if option.startswith("--"))
