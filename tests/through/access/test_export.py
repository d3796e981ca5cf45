"""An export by its commands: killed from outside wherever a name changes, it goes on and ends as if undisturbed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support import ocfl
from tests.support.edges import edges_of, killed_at
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("bureau")


def proposed(office: Office, form: str, *, approve: bool = True) -> str:
    words = ("--receiver", "临江市档案馆", "--purpose", "系统迁移", "--form", form)
    number = str(office.json("", "export", "propose", office.case, *words)["number"])
    if approve:
        office.json("head", "export", "approve", number)
    return number


_OF_ONE = ("export.json", "SHA256SUMS", "README.txt", "catalogue.xlsx")
"""What tells of one export: its number, its moment."""


def below(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in _OF_ONE
    }


def test_nobody_exports_without_the_head(bureau: Office, tmp_path: Path) -> None:
    number = proposed(bureau, "plain", approve=False)
    assert bureau.run("", "export", "write", number, "--to", str(tmp_path / "x")).returncode == 3
    for who in ("", "wang", "auditor", "system"):
        assert bureau.run(who, "export", "approve", number).returncode == 6, who
    assert bureau.run("auditor", "export", "propose", "--whole", "--receiver", "x", "--purpose", "x").returncode == 6
    shown = bureau.json("auditor", "export", "show", number)["export"]
    assert [item["title"] for item in shown["items"]] == [""]
    assert bureau.json("", "export", "withdraw", number, "--reason", "不需要")["state"] == "withdrawn"
    assert not (tmp_path / "x").exists()
    listed = bureau.run("", "export", "list", lang="zh")
    assert number in listed.stdout
    assert "已撤回" in listed.stdout


@pytest.mark.parametrize("form", ["plain", "ocfl"])
def test_killed_where_names_change_it_goes_on(bureau: Office, tmp_path: Path, form: str) -> None:
    trial = proposed(bureau, form)
    edges = edges_of(bureau.archive, tmp_path / "log", "export", "write", trial, "--to", str(tmp_path / "trial"))
    there = [edge for edge in edges if "/fd/" in edge.text]  # below the folder that was named, held by its handle
    whole = below(tmp_path / "trial" / ("ocfl" if form == "ocfl" else trial))
    for turn, edge in enumerate((there[2], there[-2], there[-1])):
        number, out = proposed(bureau, form), tmp_path / f"out-{turn}"
        words = ("export", "write", number, "--to", str(out))
        assert killed_at(bureau.archive, edge, *words), edge
        assert bureau.json("", "export", "show", number)["export"]["state"] == "writing"
        assert bureau.json("", *words)["state"] == "written"
        assert below(out / ("ocfl" if form == "ocfl" else number)) == whole
        assert not list(out.rglob(".*"))
    if form == "ocfl":
        assert ocfl.validate(out / "ocfl")[0]
