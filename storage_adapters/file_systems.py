"""What is mounted where: file system, UUID, device, read-only or not (util-linux: findmnt, lsblk, mount)."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage_adapters.errors import MediumAbsent, ReadOnly
from storage_adapters.programs import ask


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system. `uuid` and `label` are empty where it has none."""

    target: Path
    source: str
    kind: str
    uuid: str
    label: str
    read_only: bool


def _ask(*arguments: str) -> Any:
    try:
        return json.loads(ask(arguments, patience=30).out or b"{}")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}


def _mounts(*arguments: str) -> list[Mount]:
    answer = _ask("findmnt", "-J", "-o", "TARGET,SOURCE,FSTYPE,UUID,LABEL,OPTIONS", *arguments)
    return [
        Mount(
            Path(row["target"]),
            row.get("source") or "",
            row.get("fstype") or "",
            row.get("uuid") or "",
            row.get("label") or "",
            "ro" in (row.get("options") or "").split(","),
        )
        for row in answer.get("filesystems", [])
    ]


def mount_of(folder: Path) -> Mount:
    """The file system that a folder lies on. Raises MediumAbsent."""
    mounts = _mounts("-T", str(folder))
    if not mounts:
        raise MediumAbsent(str(folder))
    return mounts[-1]


def medium_of(folder: Path) -> str:
    """What tells the file system of a folder from another that may be mounted there later; empty if unknown."""
    try:
        mount = mount_of(folder)
    except MediumAbsent:
        return ""
    return mount.uuid or f"{mount.kind} {mount.target}"


def mounted() -> list[Mount]:
    """Every mounted file system that has a UUID: where drives may be looked for."""
    return [mount for mount in _mounts("-l") if mount.uuid]


@dataclass(frozen=True, slots=True)
class Hardware:
    """The device below a file system: its node, maker and model, serial number; empty where unknown."""

    device: str
    model: str
    serial: str


def hardware_of(mount: Mount) -> Hardware:
    """The whole device that a file system lies on."""
    answer = _ask("lsblk", "-J", "-s", "-o", "PATH,TYPE,MODEL,SERIAL,VENDOR", mount.source)
    chain = answer.get("blockdevices", [])
    node: dict[str, Any] = chain[0] if chain else {}
    while node.get("children"):
        node = node["children"][0]
    maker = " ".join(str(node.get(name) or "").strip() for name in ("vendor", "model")).strip()
    return Hardware(str(node.get("path") or mount.source), maker, str(node.get("serial") or "").strip())


def remount(mount: Mount, *, writable: bool) -> None:
    """Make a mounted file system writable or read-only; needs root. Raises ReadOnly where that is not possible."""
    option = "remount,rw" if writable else "remount,ro"
    done = ask(["mount", "-o", option, str(mount.target)])
    if done.status != 0:
        raise ReadOnly(str(mount.target), reason=done.error.decode("utf-8", "replace").strip())
