"""Ten years of nightly audits, 100 million rows: how long one package's history and one medium's failures take."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measure import row, scratch
from preserve.data_management import audit_records

_MONTHS, _ROWS, _PACKAGES = 120, 833_334, 2_500_000


def _whole(seed: int, low: int, high: int) -> pa.Array:
    """Random whole numbers from `low` up to but not including `high`."""
    return pc.cast(pc.floor(pc.add(pc.multiply(pc.random(_ROWS, initializer=seed), high - low), low)), pa.int64())


def _same(value: object, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), _ROWS)


def _write(store: Path, number: int) -> None:
    """One month, as compaction leaves it: sorted by package, failures once more beside it."""
    start = datetime(2016 + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    which = _whole(number * 10, 0, _PACKAGES)
    which = which.take(pc.sort_indices(which))
    bad = pc.less(pc.random(_ROWS, initializer=number * 10 + 1), 1e-4)
    digits = pc.utf8_lpad(which.cast(pa.string()), 26, "0")
    media = pc.subtract(which, pc.multiply(pc.divide(which, 500), 500)).cast(pa.string())
    columns = {
        "when": pc.add(_whole(number * 10 + 2, 0, 28 * 86400), int(start.timestamp())).cast(pa.timestamp("s", "UTC")),
        "run": _same(f"run-{number:04d}", pa.string()),
        "copy": pc.binary_join_element_wise("aip-", digits, "_v0001", ""),
        "medium": pc.binary_join_element_wise("medium-", media, ""),
        "path": _same("", pa.string()),
        "files": _same(50, pa.int64()),
        "bytes": _whole(number * 10 + 3, 10**6, 10**9),
        "sha256": _same(f"{number:064x}", pa.string()),
        "outcome": pc.if_else(bad, "damaged", "intact").dictionary_encode(),
        "reason": pc.if_else(bad, "altered", "").dictionary_encode(),
        "detail": _same("", pa.string()),
        "milliseconds": _whole(number * 10 + 4, 1, 10**5),
        "checks": _same(1, pa.int32()),
    }
    table = pa.table(columns).cast(audit_records.schema())
    audit_records.write_table(store, f"{start:%Y-%m}.parquet", table)
    audit_records.write_table(store, f"{start:%Y-%m}.failures.parquet", table.filter(bad))


def main() -> list[str]:
    """The slowest of twenty questions of each kind counts."""
    with scratch() as store:
        for number in range(_MONTHS):
            _write(store, number)
        size = sum(path.stat().st_size for path in (store / "audits").iterdir())
        choose = random.Random(2)
        packages, failures = [], []
        for _ in range(20):
            name = f"aip-{choose.randrange(_PACKAGES):026d}_v0001"
            began = time.perf_counter()
            found = audit_records.of_package(store, name)
            packages.append(time.perf_counter() - began)
            assert all(one.copy == name for one in found) and len(found) < 200
            began = time.perf_counter()
            bad = audit_records.failures(store, f"medium-{choose.randrange(500)}", datetime(2016, 1, 1, tzinfo=UTC))
            failures.append(time.perf_counter() - began)
            assert all(one.outcome == "damaged" for one in bad) and bad
    rows = _MONTHS * _ROWS
    return [
        row(
            f"history of a package among {rows:,} rows ({size / 1e9:.1f} GB)",
            f"{max(packages):.2f} s",
            "1 s",
            f"{max(packages):.2f}",
            "≤ 1",
            max(packages) <= 1,
        ),
        row(
            f"all failures of a medium among {rows:,} rows",
            f"{max(failures):.2f} s",
            "1 s",
            f"{max(failures):.2f}",
            "≤ 1",
            max(failures) <= 1,
        ),
    ]
