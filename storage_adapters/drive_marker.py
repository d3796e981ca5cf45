"""How a drive of the archive is marked, known again, and found among all that is mounted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from storage_adapters.directory import INCOMING, PACKAGES
from storage_adapters.errors import MediumAbsent, NotMounted, WrongMedium
from storage_adapters.file_systems import Mount, mount_of, mounted
from storage_adapters.marker import MARKER, Marker, is_signed_by, read_marker, write_marker
from storage_adapters.medium_errors import make_folder, on_medium

KIND = "drive"


def check_marker(
    marker: Marker,
    where: str,
    identity: str,
    uuid: str = "",
    keys: tuple[bytes, ...] = (),
    sessions: tuple[str, ...] = (),
) -> None:
    """Raises WrongMedium unless the marker names this medium, this file system and a known session, and is signed."""
    facts = marker.facts
    if marker.identity != identity:
        raise WrongMedium(where, wanted=identity, found=marker.identity)
    if uuid and facts.get("uuid", uuid) != uuid:
        raise WrongMedium(where, wanted=uuid, found=facts["uuid"])
    if keys and not any(is_signed_by(marker, key) for key in keys):
        raise WrongMedium(where, wanted=identity, found="signature does not hold")
    if sessions and facts.get("session", "") not in sessions:
        raise WrongMedium(where, wanted=", ".join(sessions), found="clone or stale copy: " + facts.get("session", ""))


def prepare_drive(root: Path, facts: Mapping[str, str], sign: Callable[[bytes], bytes]) -> Mount:
    """Make the file system mounted at `root` a drive of the archive: folders and signed marker. It must be empty.

    Raises MediumAbsent unless `root` is itself the top of a mounted file system with a UUID, WrongMedium where it is
    a medium already or holds anything.
    """
    mount = mount_of(root)
    if mount.target != root.resolve() or not mount.uuid:
        raise NotMounted(str(root), found=str(mount.target))
    there = sorted(name for name in os.listdir(root) if name not in ("lost+found", "System Volume Information"))
    if MARKER in there:
        raise WrongMedium(str(root), wanted=facts["medium"], found=read_marker(root).identity)
    if there:
        raise WrongMedium(str(root), wanted=facts["medium"], found=", ".join(there[:5]))
    with on_medium(root):
        for name in (PACKAGES, INCOMING):
            make_folder(root / name)
    write_marker(root, {**facts, "uuid": mount.uuid}, sign)
    return mount


def find_drives() -> Iterator[tuple[Mount, Marker]]:
    """Every mounted file system that carries a drive's marker."""
    for mount in mounted():
        try:
            marker = read_marker(mount.target)
        except (MediumAbsent, WrongMedium):
            continue
        if marker.facts.get("kind") == KIND:
            yield mount, marker
