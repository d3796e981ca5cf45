"""Which files of audit records must exist, as the ledger says; months and years are joined into one file each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve import kept_records
from preserve.clock import stamp
from preserve.data_management import audits, holdings, ledger
from preserve.data_management.audit_records.rows import FOLDER, Kept, schema, write_sorted
from storage_adapters.durable import drop_file
from storage_adapters.reading import digest_file

if TYPE_CHECKING:
    import pyarrow

COMPACTED = "audit.compacted"


def compact(connection: Connection, store: Path, moment: datetime, *, actor: str, years: int = 5) -> list[Kept]:
    """Make one file of each month that is over, and one of each year that ended `years` ago; each act in the ledger.

    Nothing that was not intact is ever dropped, nor the first and last intact check of a copy in a year. The new file
    is anchored before the old ones go, in the caller's transaction; `sweep` removes what an anchored file replaced.
    """
    top = store / FOLDER
    joined = []
    known = anchored(connection)

    def counting(paths: Iterable[Path]) -> list[Path]:
        """Those that the ledger names: others were replaced already, or are what a crash left."""
        return [path for path in sorted(paths) if path.relative_to(store).as_posix() in known]

    for folder in sorted(path for path in top.glob("[0-9]*-[0-9]*") if path.is_dir()):
        if folder.name < f"{moment:%Y-%m}" and (runs := counting(folder.glob("*.parquet"))):
            table = _joined([*counting([top / f"{folder.name}.parquet"]), *runs])
            joined += _replace(connection, store, folder.name, table, runs, actor, moment)
    by_year: dict[str, list[Path]] = {}
    for path in counting(top.glob("[0-9]*-[0-9]*.parquet")):
        if not path.name.endswith(".failures.parquet") and int(path.name[:4]) < moment.year - years:
            by_year.setdefault(path.name[:4], []).append(path)
    for year, months in by_year.items():
        table = _thinned(_joined([*counting([top / f"{year}.parquet"]), *months]))
        joined += _replace(connection, store, year, table, months, actor, moment)
    return joined


def _joined(paths: Iterable[Path]) -> pyarrow.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables([pq.read_table(path, partitioning=None).cast(schema()) for path in paths])


def _thinned(table: pyarrow.Table) -> pyarrow.Table:
    """Of each copy's intact checks the first and the last, the last with the number of all that went."""
    import pyarrow as pa
    import pyarrow.compute as pc

    intact = pc.and_(pc.equal(table["outcome"].cast("string"), "intact"), pc.equal(table["path"], ""))
    good = table.filter(intact).sort_by([("copy", "ascending"), ("medium", "ascending"), ("when", "ascending")])
    copies, media, checks = (good[name].to_pylist() for name in ("copy", "medium", "checks"))
    keep, counts = [], []
    start = 0
    for place in range(1, len(copies) + 1):
        if place == len(copies) or (copies[place], media[place]) != (copies[start], media[start]):
            keep.append(start)
            counts.append(checks[start])
            if place - 1 > start:
                keep.append(place - 1)
                counts.append(sum(checks[start + 1 : place]))
            start = place
    column = good.schema.get_field_index("checks")
    thin = good.take(pa.array(keep, pa.int64())).set_column(
        column, good.schema.field(column), pa.array(counts, pa.int32())
    )
    return pa.concat_tables([table.filter(pc.invert(intact)), thin])


def _replace(
    connection: Connection,
    store: Path,
    name: str,
    table: pyarrow.Table,
    old: Sequence[Path],
    actor: str,
    moment: datetime,
) -> list[Kept]:
    import pyarrow.compute as pc

    kept = [write_sorted(store, f"{name}.parquet", table)]
    bad = table.filter(pc.not_equal(table["outcome"].cast("string"), "intact"))
    kept.append(write_sorted(store, f"{name}.failures.parquet", bad))
    gone = [path.relative_to(store).as_posix() for path in old]
    gone += [file.replace(".parquet", ".failures.parquet") for file in gone if (store / file).parent.name == FOLDER]
    details = {"made": [{"records": file.name, "sha256": file.sha256} for file in kept], "replaced": gone}
    ledger.append(connection, action=COMPACTED, subject=name, actor=actor, details=details, moment=moment)
    return kept


def anchored(connection: Connection) -> dict[str, str]:
    """The files of records that must exist, with their digests, as the ledger says."""
    digests: dict[str, str] = {}
    for entry in ledger.unproven(connection, audits.ENDED, COMPACTED):
        details = entry.details
        if details.get("records"):
            digests[details["records"]] = details["sha256"]
        for gone in details.get("replaced", ()):
            digests.pop(gone, None)
        for joined in details.get("made", ()):
            digests[joined["records"]] = joined["sha256"]
    return digests


def sweep(connection: Connection, store: Path) -> list[str]:
    """Remove what an anchored file has replaced; returns the names."""
    wanted = anchored(connection)
    gone = []
    top = store / FOLDER
    for path in sorted(top.rglob("*.parquet")):
        name = path.relative_to(store).as_posix()
        folder = f"{FOLDER}/{path.parent.name}.parquet"
        year = f"{FOLDER}/{path.name[:4]}.parquet"
        replaced = (path.parent != top and folder in wanted) or (path.parent == top and year in wanted)
        if name not in wanted and replaced:
            drop_file(path, top)
            kept_records.drop(path)  # what replaced it was sent when it was written
            gone.append(name)
    for path in sorted(top.glob("[0-9]*-[0-9]*")):
        if path.is_dir() and not os.listdir(path):
            path.rmdir()
    return gone


def check_anchors(connection: Connection, store: Path) -> list[Finding]:
    """Files of records that are missing or are not what the ledger says."""
    findings = []
    for name, digest in sorted(anchored(connection).items()):
        try:
            seen = digest_file(store / name, ("sha256",))[1]["sha256"]
        except OSError:
            findings.append(Finding("audit.records-absent", name))
            continue
        if seen != digest:
            findings.append(Finding("audit.records-altered", name, "error", {"wanted": digest, "found": seen}))
    return findings


def replay(connection: Connection, store: Path) -> None:
    """Bring the times of the copies' last checks up to what the anchored records say."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for name in sorted(anchored(connection)):
        if name.endswith(".failures.parquet") or not (store / name).exists():
            continue
        table = pq.read_table(store / name, partitioning=None, columns=["when", "copy", "medium", "path", "outcome"])
        keep = pc.and_(pc.equal(table["outcome"].cast("string"), "intact"), pc.equal(table["path"], ""))
        intact = table.filter(keep).to_pylist()
        holdings.advance(connection, ((row["copy"], row["medium"], stamp(row["when"])) for row in intact))
