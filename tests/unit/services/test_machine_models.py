"""Models are listed for everybody, and brought in by who keeps the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.cli.main import run
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused
from preserve.services import machine_models
from tests.support.people import session, staffed
from tests.unit.machine_reading.test_models import profile, stick


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("models") / "home", li=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR)
    profile(opened.home.profiles)
    yield opened
    opened.close()


def states(archive: Archive, account: str = "zhou") -> dict[str, str]:
    return {one.name: one.state for one in machine_models.list_models(session(archive, account)).models}


def test_who_keeps_the_archive_brings_a_model(archive: Archive, tmp_path: Path) -> None:
    brought = stick(tmp_path / "stick")
    assert states(archive) == {"Own": "absent"}
    with pytest.raises(NotPermitted):
        machine_models.bring(session(archive, "zhou"), brought)
    assert machine_models.bring(session(archive, "li"), brought).names == ("Own",)
    assert states(archive) == {"Own": "whole"}
    with pytest.raises(Refused):
        machine_models.bring(session(archive, "li"), stick(tmp_path / "bad", rec=b"another"))
    (archive.home.models / "brought/det.onnx").write_bytes(b"altered")
    assert states(archive) == {"Own": "wrong"}


def test_the_command_line_brings_and_lists(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(archive.home.path)]
    assert run([*home, "reading", "models", "add", str(stick(tmp_path / "stick")), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["names"] == ["Own"]
    assert run([*home, "reading", "models", "list"]) == 0
    assert "Own" in capsys.readouterr().out
