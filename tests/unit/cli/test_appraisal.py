"""The commands of an appraisal: among those of `retention`, and imported when one of them is called."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from preserve.cli.retention import retention
from preserve.data_management.archive import Archive
from tests.support.people import staffed
from tests.support.program import Archive as Program

LAST = ["review", "show", "appraise", "object", "approve", "withdraw"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("appraisal") / "home")
    yield opened
    opened.close()


def test_they_follow_the_commands_that_read() -> None:
    context = click.Context(retention)
    assert retention.list_commands(context) == ["list", "explain", "due", "changes", *LAST]
    for name in LAST:
        command = retention.get_command(context, name)
        assert command is not None and command.name == name
    assert retention.get_command(context, "reviews") is None


def test_a_list_does_not_import_them() -> None:
    asked = "import sys, preserve.cli.retention; sys.exit('preserve.services.appraisals' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_each_reaches_its_operation(archive: Archive) -> None:
    program = Program(archive.home.path)
    refused = program.run("retention", "approve", "JD-1")
    assert refused.returncode == 6 and "approve an appraisal" in refused.stderr
    assert program.json("retention", "show", "JD-1")["error"]["code"]
