"""Records of a home whose store is away: each that is written here goes there at once, before anything tells of it.

Segments of the ledger, records and papers of proceedings, audits and recipes are files of the store's folder. Where the
store is an object store they are written here first and then sent; what is missing here is brought from there. Where
the store is that folder itself, nothing of this does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.errors import PreserveError
from preserve.home import Home, home_of_record
from storage_adapters.durable import write_stream
from storage_adapters.errors import CopyUnknown, SourceUnreadable

if TYPE_CHECKING:
    from storage_adapters.contract import Records

_BLOCK = 1 << 20


_opened: dict[Path, Records] = {}


def records_of(home: Home) -> Records | None:
    """The records of a store that is away; None where the store is a folder of this machine."""
    if home.away is None:
        return None
    if home.path not in _opened:
        # Where the store is a folder, no command pays for the kinds of media.
        from storage_adapters import registry
        from storage_adapters.contract import Address, Recording

        address = Address(home.store_identity, home.away.location, home.away.model_dump())
        adapter = registry.open_adapter(home.away.kind, address)
        if not isinstance(adapter, Recording):
            raise PreserveError("home.store-not-usable", home.away.kind)
        _opened[home.path] = adapter.records
    return _opened[home.path]


def keep(path: Path, *, changes: bool = False) -> None:
    """A record was written durably here: have it in the store too. With `changes` it takes the place of another one.

    Raises StorageError; then nothing may tell of the record.
    """
    home = home_of_record(path)
    if home is None or (records := records_of(home)) is None:
        return
    name = path.relative_to(home.store).as_posix()
    if changes:
        records.replace(name, path)
    else:
        records.put(name, path)


def drop(path: Path) -> None:
    """A record went here because another one holds it: let it go in the store too."""
    home = home_of_record(path)
    if home is not None and (records := records_of(home)) is not None:
        records.drop(path.relative_to(home.store).as_posix())


def erase(folder: Path) -> None:
    """Somebody decided that what lies below this folder goes: have it removed from the store, in every version.

    Raises NotErasable while the store locks one, StorageError.
    """
    home = home_of_record(folder)
    if home is not None and (records := records_of(home)) is not None:
        records.erase(f"{folder.relative_to(home.store).as_posix()}/")


def names(folder: Path) -> list[str]:
    """The records below this folder that a store has which is away; none where the folder is the store."""
    home = home_of_record(folder)
    if home is None or (records := records_of(home)) is None:
        return []
    return [name for name, _ in records.names(f"{folder.relative_to(home.store).as_posix()}/")]


def read(home: Home, name: str) -> bytes | None:
    """A small record as the store has it; None where it has none, or the store is a folder. Raises StorageError."""
    if (records := records_of(home)) is None:
        return None
    try:
        with records.open(name) as stream:
            return stream.read()
    except CopyUnknown:
        return None


def have(path: Path) -> None:
    """Bring one record here where it is missing and the store has it: another machine wrote it. Raises StorageError."""
    home = home_of_record(path)
    if home is None or path.exists() or (records := records_of(home)) is None:
        return
    with suppress(CopyUnknown), records.open(path.relative_to(home.store).as_posix()) as stream:
        write_stream(path, iter(partial(stream.read, _BLOCK), b""), durable=True)


def bring(home: Home, prefix: str = "", *, again: tuple[str, ...] = ()) -> int:
    """Bring records here that are missing, and those of `again` whatever lies here; returns how many came.

    Raises StorageError.
    """
    if (records := records_of(home)) is None:
        return 0
    count = 0
    for name, size in records.names(prefix):
        target = home.store / name
        if ".." in Path(name).parts or (name not in again and target.is_file() and target.stat().st_size == size):
            continue
        with records.open(name) as stream:
            write_stream(target, iter(partial(stream.read, _BLOCK), b""), durable=True)
        count += 1
    return count


def send_missing(home: Home, *folders: str, spare: Callable[[str], bool] = lambda name: False) -> int:
    """Send the records of these folders, or of all, that the store does not have; returns how many went.

    What a run that was killed, or found the store away, had written here only. What only the store has and is `spare`,
    others hold too: it goes. Raises StorageError.
    """
    if (records := records_of(home)) is None:
        return 0
    count = 0
    for folder in folders or _folders(home):
        there = dict(records.names(f"{folder}/"))
        for path in sorted(one for one in (home.store / folder).rglob("*") if one.is_file() and _is_whole(one)):
            name = path.relative_to(home.store).as_posix()
            count += _send(records, name, path, there.pop(name, None))
        for name in filter(spare, there):
            records.drop(name)
    return count


def _send(records: Records, name: str, path: Path, there: int | None) -> bool:
    """Send one record unless the store has as many bytes of it; whether it went.

    Segments are joined at any time, by another process too: of one that is gone by now a longer one has the bytes, and
    who joined them sends that.
    """
    try:
        if there == path.stat().st_size:
            return False
        records.replace(name, path)
    except (FileNotFoundError, SourceUnreadable):
        if path.exists():
            raise
        return False
    return True


def _folders(home: Home) -> list[str]:
    return sorted(path.name for path in home.store.iterdir() if path.is_dir() and path.name not in NOT_RECORDS)


def _is_whole(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix not in (".part", ".iso")


NOT_RECORDS = ("packages", "incoming", "quarantine", "recovery")
"""Folders of a store that hold packages, or parts of them."""
