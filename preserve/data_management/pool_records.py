"""Recordings of the pool as they are kept: `pool/<id>/` in the store, the bytes and a record of all that is known.

Both are written once. The ledger names the record with its SHA-256, and the record the recording with its own. Where
the store is away, the bytes are there and come here while somebody needs them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve import kept_records
from preserve.errors import NotIntact
from preserve.home import Home, home_of_record
from storage_adapters.durable import discard, drop_file, move_in, sync_folder, write_file
from storage_adapters.erasing import overwrite_tree
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

FOLDER = "pool"
SIDES = "side-files"
RECORD = "record.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Part):
    """What one side file says of the recording: its words by what they mean, and all others by the maker's keys."""

    source: str
    sha256: str = ""
    facts: dict[str, str]
    rest: dict[str, str] = {}


class Told(_Part):
    """One thing that was found: code, severity and values, as findings have them."""

    code: str
    severity: str
    values: dict[str, str | int | float] = {}


class PoolRecord(_Part):
    """Everything known of a recording when it came in. Times are RFC 3339, sizes bytes.

    `path` is where it lay in the station's folder, `modified` that file's time, `station_time` when the station says
    that it took it in: the station's clock, kept apart from the recorder's (`taken`). `said` are the side files' words,
    `told` those of its folders.
    """

    id: str
    sha256: str
    digests: dict[str, str]
    size: int
    name: str
    file: str
    station: str
    path: str
    key: str
    modified: str
    taken: str = ""
    taken_from: str = ""
    station_time: str = ""
    due: str
    kind: str = ""
    puid: str = ""
    format: str = ""
    duration: float | None = None
    device: str = ""
    officer: str = ""
    officer_name: str = ""
    unit: str = ""
    place: str = ""
    mark: str = ""
    case_number: str = ""
    remark: str = ""
    told: dict[str, str] = {}
    said: tuple[Said, ...] = ()
    findings: tuple[Told, ...] = ()
    collected: str
    account: str


def top(home: Home) -> Path:
    """The folder of the pool in the store."""
    return home.store / FOLDER


def file_of(identifier: str, name: str) -> str:
    """Where a recording lies below the store's folder; its ending is the depositor's where it is a plain one."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    ending = f".{suffix}" if suffix.isascii() and suffix.isalnum() and len(suffix) <= 8 else ""
    return f"{FOLDER}/{identifier}/bytes/recording{ending}"


def folder_of(home: Home, identifier: str) -> Path:
    """The folder of one recording."""
    return top(home) / identifier


def identifier_of(sha256: str) -> str:
    """The number of a recording: the same bytes have the same one."""
    return f"rec-{sha256[:26]}"


def publish(home: Home, record: PoolRecord, part: Path) -> str:
    """Give a recording that was copied to `part` its place, with its record; the record's SHA-256.

    What lies there already was left by a run that was cut off before its entry. Raises StorageError.
    """
    folder = folder_of(home, record.id)
    if folder.exists():
        discard(folder, top(home))
    (home.store / record.file).parent.mkdir(parents=True, mode=0o770)
    move_in(part, home.store / record.file)
    data = record.model_dump_json(indent=1).encode() + b"\n"
    write_file(folder / RECORD, data, durable=True, mode=0o640)
    for one in ((home.store / record.file).parent, folder, top(home)):
        sync_folder(one)
    kept_records.keep(home.store / record.file, changes=True)
    kept_records.keep(folder / RECORD, changes=True)
    let_go(home, record.file)
    return hashlib.sha256(data).hexdigest()


def keep_side_file(home: Home, name: str, data: bytes) -> str:
    """Keep a side file as it came, once; its SHA-256."""
    digest = hashlib.sha256(data).hexdigest()
    suffix = name.rpartition(".")[2].lower()
    path = top(home) / SIDES / f"{digest}.{suffix if suffix.isascii() and suffix.isalnum() else 'txt'}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o770)
        write_file(path, data, durable=True, mode=0o640)
        kept_records.keep(path, changes=True)
    return digest


def read_record(home: Home, identifier: str, sha256: str = "") -> PoolRecord:
    """The record of a recording, that of the ledger where its digest is given. Raises NotIntact."""
    path = folder_of(home, identifier) / RECORD
    try:
        kept_records.have(path)
        data = path.read_bytes()
    except (OSError, StorageError) as error:
        raise NotIntact("pool.record-gone", str(path), reason=str(error)) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise NotIntact("pool.record-altered", str(path))
    try:
        return PoolRecord.model_validate_json(data)
    except ValidationError as error:
        raise NotIntact("pool.record-altered", str(path), detail=str(error)) from error


def digest_of(home: Home, identifier: str) -> str:
    """The SHA-256 of a record as it lies there. Raises OSError."""
    return hashlib.sha256((folder_of(home, identifier) / RECORD).read_bytes()).hexdigest()


def bring(home: Home, file: str) -> Path:
    """The recording as a file of this machine. Raises NotIntact where it is not there, StorageError."""
    path = home.store / file
    kept_records.have(path)
    if not path.is_file():
        raise NotIntact("pool.recording-gone", str(path))
    return path


def let_go(home: Home, file: str) -> None:
    """What was brought is not needed any more; nothing where the store is this folder."""
    path = home.store / file
    if home_of_record(path) is not None and path.exists():
        drop_file(path, home.store)


def check(home: Home, file: str, sha256: str, progress: Callable[[int], None]) -> str:
    """Read a recording back from where it lies; empty where it is what it was, else why not."""
    try:
        path = bring(home, file)
    except NotIntact:
        return "absent"
    try:
        size, digests = digest_file(path, ("sha256",))
        progress(size)
        return "" if digests["sha256"] == sha256 else "altered"
    except (OSError, StorageError):
        return "unreadable"
    finally:
        let_go(home, file)


def drop_recording(home: Home, file: str) -> None:
    """Overwrite and remove the bytes of a recording that a case holds; its record stays.

    Raises NotErasable while a store locks them, StorageError.
    """
    path = home.store / file
    kept_records.erase(path.parent)
    if path.parent.is_dir():
        overwrite_tree(path.parent)
        discard(path.parent, home.store)


def left_over(home: Home) -> Iterator[Path]:
    """Copies that a run which was cut off never finished."""
    if top(home).is_dir():
        yield from top(home).glob("*.part")
