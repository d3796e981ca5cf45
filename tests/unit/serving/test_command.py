"""`preserve serve` that cannot serve: it says why, and leaves no worker behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.people import staffed
from tests.support.program import Archive as Program


@pytest.mark.parametrize(
    ("settings", "arguments", "status"),
    [
        ('\n[metrics]\nlisten = "nowhere"\n', ["--listen", "127.0.0.1:0"], 2),
        ("", ["--listen", "nowhere"], 2),
        ("", ["--listen", "127.0.0.1:0", "--certificate", "/etc/hostname", "--key", "/etc/hostname"], 2),
    ],
)
def test_what_cannot_be_served_is_refused_and_starts_nothing(
    tmp_path: Path, settings: str, arguments: list[str], status: int
) -> None:
    archive = staffed(tmp_path / "home")
    archive.close()
    with (archive.home.path / "preserve.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    said = Program(archive.home.path).run("serve", *arguments)
    assert said.returncode == status, said.stderr
    assert said.stderr.strip() and "Traceback" not in said.stderr
    assert not (archive.home.work / "worker.lock").exists()
