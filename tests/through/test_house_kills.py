"""`house add` killed at any change of a name: nothing half is served, and the same call goes on to the same end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.edges import edges_of, killed_at
from tests.support.program import Archive

pytestmark = pytest.mark.xdist_group("house-kills")
ADD = ("house", "add", "culture", "文化局", "--account", "shen", "--person", "沈某")


def house(folder: Path) -> tuple[Archive, tuple[str, ...]]:
    """A new house, the program, and the options that lead to it."""
    place = folder / "house"
    program = Archive(folder / "unused")
    folder.mkdir(exist_ok=True)
    assert program.run("house", "init", str(place), "--institution", "市档案馆").returncode == 0
    return program, ("--house", str(place))


def test_killed_at_any_edge_it_goes_on(tmp_path: Path) -> None:
    program, there = house(tmp_path / "undisturbed")
    edges = edges_of(program, tmp_path / "log", *there, *ADD)
    # The ends, and some between: each run is a whole founding.
    chosen = sorted({0, 1, len(edges) // 2, len(edges) - 2, len(edges) - 1})
    for number in chosen:
        program, there = house(tmp_path / str(number))
        killed = killed_at(program, edges[number], *there, *ADD)
        again = program.run(*there, *ADD)
        # Killed after the last entry there is nothing left to do: the fonds has its archive.
        assert again.returncode == 0 or (killed and "culture" in again.stderr and again.returncode == 3), again.stderr
        seen = json.loads(program.run("--json", *there, "house", "overview").stdout)
        assert [(row["code"], row["failed"]) for row in seen["fonds"]] == [("culture", "")], edges[number].text
        assert program.run(*there, "ledger", "verify").returncode == 0
        assert program.run(*there, "house", "anchor").returncode == 0
        place = tmp_path / str(number) / "house"
        assert sorted(path.name for path in (place / "fonds").iterdir()) == ["culture"], "nothing half is left"
