"""What is mounted where, asked of the real machine: the file system of a folder, its hardware, and refusals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage_adapters.errors import MediumAbsent, ReadOnly
from storage_adapters.file_systems import Mount, hardware_of, medium_of, mount_of, mounted, remount


def test_the_file_system_of_a_folder_is_the_one_that_the_kernel_names(tmp_path: Path) -> None:
    mount = mount_of(tmp_path)
    assert tmp_path.resolve().is_relative_to(mount.target)
    assert os.stat(mount.target).st_dev == os.stat(tmp_path).st_dev
    assert mount.kind and not mount.read_only
    assert mount_of(Path("/proc")).kind == "proc" and mount_of(Path("/proc")).target == Path("/proc")


def test_what_is_not_there_lies_on_nothing(tmp_path: Path) -> None:
    with pytest.raises(MediumAbsent):
        mount_of(tmp_path / "none")
    assert medium_of(tmp_path / "none") == ""


def test_a_file_system_without_a_uuid_is_told_by_kind_and_place(tmp_path: Path) -> None:
    assert medium_of(Path("/proc")) == "proc /proc"
    assert medium_of(tmp_path) == (mount_of(tmp_path).uuid or f"{mount_of(tmp_path).kind} {mount_of(tmp_path).target}")


def test_a_drive_may_be_looked_for_only_where_there_is_a_uuid() -> None:
    assert all(mount.uuid for mount in mounted())


def test_of_unknown_hardware_nothing_is_guessed() -> None:
    hardware = hardware_of(Mount(Path("/nowhere"), "none", "tmpfs", "", "", False))
    assert (hardware.device, hardware.model, hardware.serial) == ("none", "", "")


def test_what_cannot_be_mounted_anew_is_read_only(tmp_path: Path) -> None:
    with pytest.raises(ReadOnly) as refusal:
        remount(Mount(tmp_path, "none", "tmpfs", "", "", True), writable=True)
    assert refusal.value.values["reason"]
