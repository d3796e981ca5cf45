"""The ledger as it grows: what signing and proving read, and how fast all of it is verified."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks import measure
from benchmarks.measure import middle, row, scratch
from preserve.data_management import checkpoints, ledger
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.proof.inclusion import Proofs
from preserve.data_management.proof.verify_ledger import verify_ledger
from preserve.data_management.tables import ledger as table

SIZES = (1_000, 100_000, 1_000_000)
VERIFIED = 300_000
_MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
_AGAIN = 15


def _text(number: int) -> str:
    return (
        f'{{"action":"case.registered","actor":"zhang","details":{{"manifest_sha256":"{"a" * 64}",'
        f'"name":"aip-{number}_v0001","tagmanifest_sha256":"{"b" * 64}"}},"number":{number},'
        f'"subject":"aip-{number}","time":"2026-11-23T08:00:00Z"}}'
    )


def _made(folder: Path, size: int) -> Catalogue:
    """A ledger of so many entries under one checkpoint."""
    folder.mkdir()
    checkpoints.create_keys(folder / "keys")
    catalogue = create_catalogue(folder / "catalogue.sqlite")
    with catalogue.begin() as connection:
        for start in range(1, size + 1, 10_000):
            texts = map(_text, range(start, min(start + 10_000, size + 1)))
            connection.execute(insert(table), [ledger.row_of(text) for text in texts])
        checkpoints.checkpoint(connection, folder / "keys", "benchmark", _MOMENT)
    return catalogue


def _milliseconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1e3


def _signing(connection: Connection, folder: Path) -> float:
    """Milliseconds to sign one entry more, the median of some."""
    times = []
    for _ in range(_AGAIN):
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=_MOMENT)
        times.append(_milliseconds(lambda: checkpoints.checkpoint(connection, folder / "keys", "benchmark", _MOMENT)))
    return statistics.median(times)


def _proving(connection: Connection, size: int) -> float:
    """Milliseconds to prove one entry to the newest checkpoint, the median over entries of all ages."""
    newest = checkpoints.newest(connection)
    if newest is None:
        raise RuntimeError("nothing is signed")
    times = []
    for step in range(_AGAIN):
        (entry,) = ledger.entries(connection, 1 + step * (size - 1) // _AGAIN, 1 + step * (size - 1) // _AGAIN)
        times.append(_milliseconds(partial(_prove, connection, newest, entry)))
    return statistics.median(times)


def _prove(connection: Connection, newest: Checkpoint, entry: ledger.Entry) -> None:
    Proofs(connection, newest).proved(entry)


def _verifying(folder: Path) -> tuple[float, float]:
    """Seconds to verify a ledger, and to hash its texts in one loop: the medians."""
    catalogue = _made(folder, VERIFIED)
    (folder / "segments").mkdir()
    texts = [_text(number).encode() for number in range(1, VERIFIED + 1)]
    ours, floor = [], []
    for _ in range(measure.RUNS):
        began = time.perf_counter()
        report = verify_ledger(catalogue, folder / "segments", folder / "keys" / "ledger.pub")
        ours.append(time.perf_counter() - began)
        if report.covered != VERIFIED:
            raise RuntimeError("the ledger does not verify")
        began = time.perf_counter()
        for text in texts:
            hashlib.sha256(text).digest()
        floor.append(time.perf_counter() - began)
    catalogue.close()
    return middle(ours), middle(floor)


def main() -> list[str]:
    """Rows for signing and proving at each size against the smallest, and for verifying."""
    signed, proved = [], []
    with scratch() as folder:
        for size in SIZES:
            catalogue = _made(folder / str(size), size)
            with catalogue.begin() as connection:
                signed.append(_signing(connection, folder / str(size)))
                proved.append(_proving(connection, size))
            catalogue.close()
        verified, hashed = _verifying(folder / "verified")
    sizes = " / ".join(f"{size:,}" for size in SIZES)
    rows = []
    for what, times in (("signing a checkpoint", signed), ("proving an entry", proved)):
        rows.append(
            row(
                f"{what} at {sizes} entries",
                " / ".join(f"{value:.1f}" for value in times) + " ms",
                f"at {SIZES[0]:,} entries {times[0]:.1f} ms",
                f"{times[-1] / times[0]:.2f}",
                "≤ 2",
                times[-1] <= 2 * times[0],
            )
        )
    rows.append(
        row(
            f"`ledger verify`, {VERIFIED:,} entries, its reading and hashing",
            f"{verified:.2f} s",
            f"the same texts in one loop of hashlib {hashed:.2f} s",
            f"{hashed / verified:.2f} of its speed",
            "≥ 1/3",
            hashed * 3 >= verified,
        )
    )
    return rows
