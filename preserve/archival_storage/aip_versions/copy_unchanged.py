"""Brings into a new version what stays as it is; every byte is compared with the manifests while it is brought.

Files of representations are shared with the old version where the store's file system can and its policy allows it;
what describes the package is small and each version's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from metadata.findings import Finding
from preserve.archival_storage.aip_versions.previous import PreviousVersion, damage
from preserve.archival_storage.packing.listing import Described
from preserve.archival_storage.policy import read_policy
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.errors import Changed, SourceUnreadable
from storage_adapters.reading import digest_file
from storage_adapters.sharing import Way, share_file_checked, shared_bytes, way_at

_REPRESENTATIONS = "representations/"


def stays(old: PreviousVersion) -> list[str]:
    """Descriptive metadata, text and documentation of the old package, by path below the information package."""
    prefix = f"data/{old.objid}/"
    inside = (path.removeprefix(prefix) for path in old.digests if path.startswith(prefix))
    return sorted(
        path for path in inside if path.startswith(("documentation/", "metadata/descriptive/", "metadata/other/"))
    )


def carry(
    old: PreviousVersion,
    target: Path,
    paths: Iterable[str],
    algorithms: Sequence[str],
    progress: Callable[[int], None],
    *,
    way: Way,
    thorough: bool = True,
) -> dict[str, Described]:
    """Bring these files of the old information package below `target`, shared in this way; return them by path.

    A file that is there already with its size is not copied again; with `thorough` it is read first. Raises NotIntact
    with every file that is not what the manifests say; then nothing of it may be used.
    """
    carried: dict[str, Described] = {}
    bad: list[Finding] = []
    for path in paths:
        wanted = old.wanted(path)
        found = _there(target / path, old.package / path, wanted, algorithms, thorough=thorough)
        if found is None:
            asked = tuple(dict.fromkeys((*algorithms, *wanted)))
            try:
                mine = way if path.startswith(_REPRESENTATIONS) else "none"
                found = share_file_checked(old.package / path, target / path, asked, progress, mine)
            except (Changed, SourceUnreadable) as error:
                bad.append(damage(path, "absent" if not (old.package / path).exists() else error.code))
                continue
        size, digests = found
        if any(digests[name] != value for name, value in wanted.items()):
            bad.append(damage(path, "damaged"))
            continue
        full = f"data/{old.objid}/{path}"
        carried[path] = Described(full, size, {name: digests[name] for name in algorithms})
    if bad:
        raise NotIntact("storage.predecessor-damaged", old.name, findings=bad)
    return carried


def _there(
    path: Path, source: Path, wanted: dict[str, str], algorithms: Sequence[str], *, thorough: bool
) -> tuple[int, dict[str, str]] | None:
    """Size and digests of a file that an earlier run brought; None where it must be copied."""
    try:
        size = path.lstat().st_size
        if size != source.lstat().st_size:
            return None
        if not thorough and set(algorithms) <= set(wanted):
            return size, wanted
        size, digests = digest_file(path, tuple(dict.fromkeys((*algorithms, *wanted))), from_medium=False)
    except OSError:
        return None
    return (size, digests) if all(digests[name] == value for name, value in wanted.items()) else None


def way_of(home: Home, old: PreviousVersion, staging: Path) -> Way:
    """How the version at `staging` may share files with the old one: by policy, tried out, within one file system."""
    incoming = staging.parent
    if home.away is not None:
        return "none"  # what is shared with a copy that is thrown away saves nothing
    if os.stat(old.root).st_dev != os.stat(incoming).st_dev:
        return "none"
    return way_at(incoming, staging.name, read_policy(home.profiles).share)


def saved(old: PreviousVersion, root: Path) -> int:
    """How many bytes of the new version at `root` lie in the blocks of the old one."""
    return shared_bytes(old.root, root, (path for path in old.digests if path.startswith(_shareable(old))))


def own_bytes(old: PreviousVersion, way: Way) -> int:
    """How much room what stays of the old version needs once more."""
    files = (path for path in old.root.rglob("*") if path.is_file())
    shareable = old.root / _shareable(old)
    return sum(path.stat().st_size for path in files if way == "none" or not path.is_relative_to(shareable))


def _shareable(old: PreviousVersion) -> str:
    """Below which folder of a whole package the files may be shared."""
    return f"data/{old.objid}/{_REPRESENTATIONS}"


def data_path(role: str, path: str) -> str:
    """Where a file of a representation lies in the information package; `path` is as PREMIS has it."""
    return f"representations/{role}/{path}"
