"""Every kind of medium behind one suite; and an adapter from elsewhere that comes in by its entry point."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage_adapters.conformance import Fresh, check_kind
from storage_adapters.contract import StorageAdapter
from storage_adapters.directory import DirectoryAdapter, prepare
from storage_adapters.drive import DriveAdapter
from storage_adapters.drive_marker import prepare_drive
from storage_adapters.file_systems import mount_of
from storage_adapters.optical.adapter import OpticalAdapter
from tests.support.loop import loop


@pytest.fixture(params=["directory", "drive", "optical"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    numbers = itertools.count()
    with ExitStack() as media:

        def directory() -> StorageAdapter:
            root = tmp_path / f"store-{next(numbers)}"
            prepare(root, "store", "测试")
            return DirectoryAdapter(root, "store")

        def drive() -> StorageAdapter:
            made = media.enter_context(loop(tmp_path, f"drive-{next(numbers)}", "300M"))
            prepare_drive(made.top, {"medium": "drive", "kind": "drive"}, lambda data: b"")
            return DriveAdapter(made.top, "drive", mount_of(made.top).uuid)

        def optical() -> StorageAdapter:
            return OpticalAdapter(tmp_path / f"disc-{next(numbers)}", "disc", work=tmp_path)

        yield {"directory": directory, "drive": drive, "optical": optical}[request.param]


def test_kind(fresh: Fresh, tmp_path: Path) -> None:
    check_kind(fresh, tmp_path / "made")


ELSEWHERE = '''
"""A medium that keeps packages in a folder a vendor chose: the smallest adapter from elsewhere."""
from storage_adapters.directory import DirectoryAdapter

class VaultAdapter(DirectoryAdapter):
    @property
    def traits(self):
        from dataclasses import replace
        return replace(DirectoryAdapter.traits.fget(self), kind="vault")
'''
USE = """
import sys, pathlib
from storage_adapters import registry
from storage_adapters.conformance import check_adapter
from storage_adapters.directory import prepare
root = pathlib.Path(sys.argv[1])
prepare(root / "vault", "vault-1", "test")
kind = registry.adapter_class("vault")
made = kind(root / "vault", "vault-1")
assert made.traits.kind == "vault"
check_adapter(made, root / "made", lambda copy, path: made.path(copy) / path)
print("conforms")
"""


def test_an_adapter_from_elsewhere_comes_in_by_its_entry_point(tmp_path: Path) -> None:
    site = tmp_path / "site"
    info = site / "vault_adapter-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "vault_adapter.py").write_text(ELSEWHERE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vault-adapter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[preserve.storage_adapters]\nvault = vault_adapter:VaultAdapter\n")
    done = subprocess.run(
        [sys.executable, "-c", USE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert done.stdout == "conforms\n", done.stderr
