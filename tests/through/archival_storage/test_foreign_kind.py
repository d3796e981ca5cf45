"""A kind of medium that the archive does not know, from its entry point on: entered, written, read, mended, emptied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.disposing import aged_office, decide
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("foreign-kind")
ADAPTERS = Path(__file__).parents[2] / "support" / "vault"
POLICY = """[[ordinary]]
kind = "directory"
[[ordinary]]
kind = "vault"
[[long_term]]
kind = "directory"
[[long_term]]
kind = "vault"
[audit.vault]
days = 0
share = 1.0
"""


@dataclass(frozen=True)
class Vault:
    """An office, and the folder that is to be its vault."""

    office: Office
    root: Path

    def packages(self) -> list[Path]:
        """The files of the packages in it."""
        return sorted(self.root.glob("*.zip"))

    def spoil(self) -> str:
        """Alter one byte of the largest file of the package; returns its path in the package."""
        (file,) = self.packages()
        with zipfile.ZipFile(file) as archive:
            member = max(archive.infolist(), key=lambda info: info.file_size)
        with file.open("r+b") as stream:
            stream.seek(member.header_offset + 1000)
            byte = stream.read(1)
            stream.seek(member.header_offset + 1000)
            stream.write(bytes([byte[0] ^ 1]))
        return member.filename


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """The case is in the server store alone; the adapters are installed for every process that is started."""
    folder = tmp_path_factory.mktemp("vault")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ADAPTERS))
        office = aged_office(folder, "10-years")
        (office.archive.home / "profiles" / "storage.toml").write_text(POLICY)
        (folder / "vault").mkdir()
        yield Vault(office, folder / "vault")


def test_it_is_entered(vault: Vault) -> None:
    added = vault.office.json("", "media", "add", "vault", str(vault.root), "--label", "BG-01", "--place", "二号楼")
    assert added["medium"]["kind"] == "vault"
    assert added["medium"]["details"] == {"format": "zip"}
    marker = json.loads((vault.root / "medium.json").read_text())
    assert (marker["medium"], marker["kind"]) == (added["medium"]["id"], "vault")
    assert "保管库" in vault.office.run("", "media", "list", lang="zh").stdout
    assert "vault" in vault.office.run("", "media", "list").stdout


def test_what_nobody_installed_is_not_entered(vault: Vault) -> None:
    for kind in ("floppy", "broken", "optical"):
        done = vault.office.run("", "--json", "media", "add", kind, str(vault.root), "--label", "X")
        assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (2, "storage.kind-unknown")


def test_its_copy_is_asked_for_and_made(vault: Vault) -> None:
    (case,) = vault.office.json("", "copies")["cases"]
    assert [(task["act"], task["kind"], task["medium"]) for task in case["next"]] == [("write", "vault", "BG-01")]
    done = vault.office.json("", "replicate")
    assert [copy["medium"] for copy in done["written"]] == ["BG-01"] and not done["left"]
    assert [file.stem for file in vault.packages()] == [done["written"][0]["name"]]
    assert vault.office.json("", "copies")["cases"][0]["sealed"]


def test_it_is_read_back_and_put_right(vault: Vault) -> None:
    assert vault.office.run("", "audit", "run").returncode == 0
    path = vault.spoil()
    report = vault.office.run("", "--json", "audit", "run", "--all")
    assert report.returncode == 4
    (damaged,) = json.loads(report.stdout)["damaged"]
    assert [file["path"] for file in damaged["files"]] == [path]
    (repair,) = vault.office.json("", "repair")["repairs"]
    assert repair["done"] and repair["medium"] == "BG-01" and sum(repair["taken"].values()) == 1
    assert (vault.root / f"{repair['quarantine']}.zip").is_file()
    assert vault.office.run("", "audit", "run", "--all").returncode == 0


def test_it_is_restored_from_for_practice_and_in_need(vault: Vault) -> None:
    (package,) = vault.office.archive.packages()
    largest = max((path for path in package.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    whole = largest.read_bytes()
    largest.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    assert vault.office.run("", "audit", "run", "--all").returncode == 4  # the vault's is the only good copy now
    (drill,) = vault.office.json("", "audit", "drill", "--count", "2")["done"]
    assert (drill["medium"], drill["whole"]) == ("BG-01", True)
    (repair,) = vault.office.json("", "repair")["repairs"]
    assert repair["done"] and repair["taken"]["BG-01"] == 1 and largest.read_bytes() == whole


def test_without_its_adapter_nothing_else_stands_still(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    (vault.office.archive.home / "profiles" / "storage.toml").unlink()
    try:
        assert vault.office.run("", "media", "list").returncode == 0
        done = vault.office.run("", "--json", "audit", "run", "--all")
        assert done.returncode in (0, 5) and not json.loads(done.stdout)["damaged"]
    finally:
        (vault.office.archive.home / "profiles" / "storage.toml").write_text(POLICY)


def test_a_profile_may_not_ask_for_what_is_not_installed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    done = vault.office.run("", "copies")
    assert done.returncode == 3 and "'vault'" not in done.stdout and "directory" in done.stderr


def test_what_is_destroyed_leaves_it(vault: Vault) -> None:
    number = decide(vault.office)
    assert vault.office.run("", "disposal", "execute", number).returncode == 3  # its pause is not over
    environment = {**os.environ, "PYTHONPATH": f"{ADAPTERS}:{Path(__file__).parents[3]}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.disposing", str(vault.office.archive.home), number, "0"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.stdout == '{"done": true, "tasks": []}\n', done.stderr
    assert not vault.packages() and not list((vault.root / "quarantine").iterdir())
    told = [entry for entry in vault.office.log() if entry["action"] == "copy.destroyed"]
    kinds = {entry["details"]["medium"].partition("-")[0]: entry["details"]["worth"] for entry in told}
    assert kinds["vault"] == "remote"
