"""Files of audit records: their columns, written whole or not at all, and read without reading all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from preserve import kept_records
from storage_adapters.durable import move_in, sync_folder
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import digest_file

if TYPE_CHECKING:
    import pyarrow

FOLDER = "audits"
_ROWS = 8192  # rows of a group: what one look at one package has to read
Outcome = Literal["intact", "damaged", "not-checked"]


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `when` is a moment in UTC; `path` is empty where the row is about the whole copy.

    `outcome`: intact, damaged, not-checked. `reason`: why it is not intact: altered, absent, unexpected, unreadable,
    medium-absent, wrong-medium, unreadable-medium, no-anchor. `sha256`: of the manifest, or of the file as it was read.
    `checks` is how many checks the row stands for.
    """

    when: datetime
    run: str
    copy: str
    medium: str
    path: str
    files: int
    bytes: int
    sha256: str
    outcome: Outcome
    reason: str
    detail: str
    milliseconds: int
    checks: int = 1


def schema() -> pyarrow.Schema:
    """The columns, with what they mean."""
    import pyarrow as pa

    meaning = {
        "when": (pa.timestamp("s", "UTC"), "when the check ended"),
        "run": (pa.string(), "ULID of the audit run, as in the ledger"),
        "copy": (pa.string(), "package: <objid>_v0001"),
        "medium": (pa.string(), "identity of the medium"),
        "path": (pa.string(), "file below the package; empty: the whole copy"),
        "files": (pa.int64(), "files that were read"),
        "bytes": (pa.int64(), "bytes that were read"),
        "sha256": (pa.string(), "of manifest-sha256.txt, or of the file as it was read; empty where it was not"),
        "outcome": (pa.dictionary(pa.int8(), pa.string()), "intact, damaged or not-checked"),
        "reason": (pa.dictionary(pa.int8(), pa.string()), "class of what was wrong; empty where nothing was"),
        "detail": (pa.string(), "words about it"),
        "milliseconds": (pa.int64(), "how long it took"),
        "checks": (pa.int32(), "how many checks this row stands for"),
    }
    return pa.schema([pa.field(name, kind, metadata={"meaning": said}) for name, (kind, said) in meaning.items()])


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of records: its name below the store, its digest, its rows."""

    name: str
    sha256: str
    rows: int


def write_run(store: Path, run: str, moment: datetime, records: Sequence[Record]) -> Kept:
    """Write the records of a run, durably; the file's digest is what the ledger keeps."""
    import pyarrow as pa

    columns = {field.name: [getattr(record, field.name) for record in records] for field in fields(Record)}
    table = pa.table({name: columns[name] for name in schema().names}, schema=schema())
    return write_sorted(store, f"{moment.astimezone(UTC):%Y-%m}/{run}.parquet", table)


def write_sorted(store: Path, name: str, table: pyarrow.Table) -> Kept:
    """Write rows in any order, sorted by package and time."""
    return write_table(store, name, table.sort_by([("copy", "ascending"), ("when", "ascending")]))


def write_table(store: Path, name: str, table: pyarrow.Table) -> Kept:
    """Write rows that are sorted by package as the file `name`, durably and whole or not at all."""
    import pyarrow.parquet as pq

    target = store / FOLDER / name
    with on_medium(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        pq.write_table(table, part, compression="zstd", row_group_size=_ROWS, write_statistics=True)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        move_in(part, target)
        sync_folder(target.parent)
    kept_records.keep(target, changes=True)
    return Kept(f"{FOLDER}/{name}", digest_file(target, ("sha256",))[1]["sha256"], table.num_rows)


def files_of(store: Path) -> list[Path]:
    """Every file of records, oldest first, without those of failures, which hold nothing else."""
    top = store / FOLDER
    paths = [path for path in top.rglob("*.parquet") if not path.name.endswith(".failures.parquet")]
    return sorted(paths, key=lambda path: path.relative_to(top).as_posix())


def of_package(store: Path, copy: str) -> list[Record]:
    """Every record about a package's copies, oldest first. Reads only the row groups that can hold it."""
    return _once(row for path in files_of(store) for row in _matching(path, copy))


def _once(rows: Iterable[Record]) -> list[Record]:
    """Oldest first, each once: while files are being joined a row may stand in the old and in the new one."""
    records: dict[tuple[str, str, str, str], Record] = {}
    for row in rows:
        key = row.run, row.copy, row.medium, row.path
        if key not in records or row.checks > records[key].checks:
            records[key] = row
    return sorted(records.values(), key=lambda row: row.when)


def _matching(path: Path, copy: str) -> Iterator[Record]:
    """The rows of one package in one file; row groups are sorted by it, so two searches find the few that matter."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        metadata = file.metadata
        if not metadata.num_rows:
            return  # a run that found nothing, whose only row group has no bounds
        place = file.schema_arrow.get_field_index("copy")
        groups = range(metadata.num_row_groups)

        def bounds(group: int) -> tuple[str, str]:
            seen = metadata.row_group(group).column(place).statistics
            return str(seen.min), str(seen.max)

        first, stop = 0, len(groups)
        while first < stop:
            middle = (first + stop) // 2
            if bounds(middle)[1] < copy:
                first = middle + 1
            else:
                stop = middle
        wanted = []
        for group in range(first, len(groups)):
            if bounds(group)[0] > copy:
                break
            wanted.append(group)
        if wanted:
            table = file.read_row_groups(wanted)
            yield from _records(table.filter(pc.equal(table["copy"], copy)))


def failures(store: Path, medium: str = "", since: datetime | None = None) -> list[Record]:
    """What was not intact, of one medium or of all, oldest first."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    records: list[Record] = []
    for path in files_of(store):
        quick = path.with_name(path.name.replace(".parquet", ".failures.parquet"))
        table = pq.read_table(quick if quick.exists() else path, partitioning=None)
        keep = pc.not_equal(table["outcome"].cast("string"), "intact")
        if medium:
            keep = pc.and_(keep, pc.equal(table["medium"], medium))
        records += [row for row in _records(table.filter(keep)) if since is None or row.when >= since]
    return _once(records)


def since(store: Path, moment: datetime) -> Iterator[Record]:
    """Every record of the months from `moment` on, file by file."""
    import pyarrow.parquet as pq

    for path in files_of(store):
        month = path.relative_to(store / FOLDER).as_posix()[:7]
        if month[:4] >= f"{moment:%Y}" and (len(month) < 7 or month[4] != "-" or month >= f"{moment:%Y-%m}"):
            yield from (row for row in _records(pq.read_table(path, partitioning=None)) if row.when >= moment)


def _records(table: pyarrow.Table) -> Iterator[Record]:
    for batch in table.to_batches():
        for row in batch.to_pylist():
            yield Record(**row)


@dataclass(frozen=True, slots=True)
class Month:
    """What was read of one medium in one month: whole copies found intact, their bytes, and the last moment of it."""

    month: str
    medium: str
    checks: int
    bytes: int
    last: datetime


def by_month(store: Path, moment: datetime) -> list[Month]:
    """What was found intact since `moment`, by month and medium; one row group in memory at a time."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    months: dict[tuple[str, str], Month] = {}
    seen: set[tuple[str, str, str]] = set()
    for path in files_of(store):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["when", "run", "copy", "medium", "path", "bytes", "outcome"]):
                keep = pc.and_(pc.equal(batch["outcome"].cast("string"), "intact"), pc.equal(batch["path"], ""))
                for row in batch.filter(pc.and_(keep, pc.greater_equal(batch["when"], moment))).to_pylist():
                    if (key := (row["run"], row["copy"], row["medium"])) in seen:
                        continue
                    seen.add(key)
                    place = f"{row['when']:%Y-%m}", row["medium"]
                    old = months.get(place, Month(*place, 0, 0, row["when"]))
                    months[place] = Month(*place, old.checks + 1, old.bytes + row["bytes"], max(old.last, row["when"]))
    return sorted(months.values(), key=lambda month: (month.month, month.medium))
