"""Ingests killed at random moments go on to the same result; ledgers tampered with are found."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from tests.support.program import found
from tests.through.test_kill import Undisturbed, assert_as_undisturbed, kill_after

TAMPERINGS = (
    "UPDATE ledger SET entry = replace(entry, 'root', 'toor') WHERE number = {n}",
    "DELETE FROM ledger WHERE number = {n}",
    "UPDATE ledger SET leaf = zeroblob(32) WHERE number = {n}",
    "UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE number = {m}), "
    "leaf = (SELECT leaf FROM ledger WHERE number = {m}) WHERE number = {n}",
)


def run(folder: Path, seconds: float, seed: int) -> str:
    """Each round is judged from outside: same originals, nothing left over, `verify` and `ledger verify`."""
    chance = random.Random(seed)
    kills = tamperings = number = 0
    undisturbed = Undisturbed(folder)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1
        archive = found(folder / f"archive{number}")
        for _ in range(chance.randint(1, 4)):
            kill_after(archive, undisturbed.case, chance.uniform(0.05, 1.0) * undisturbed.seconds)
            kills += 1
        assert_as_undisturbed(archive, undisturbed)
        with sqlite3.connect(archive.home / "catalogue.sqlite") as connection:
            size = connection.execute("SELECT max(number) FROM ledger").fetchone()[0]
            n, m = chance.sample(range(1, size + 1), 2)
            connection.execute(chance.choice(TAMPERINGS).format(n=n, m=m))
            changed = connection.execute("SELECT changes()").fetchone()[0]
        connection.close()
        status = archive.run("ledger", "verify").returncode
        if changed and status != 4:
            raise SystemExit(f"round {number} (seed {seed}): a tampered ledger passed with status {status}")
        tamperings += 1
        print(f"round {number}: {kills} kills, {tamperings} tamperings", flush=True)
    return (
        f"{number} archives, {kills} SIGKILLs at random moments, every ingest went on to the same result; "
        f"{tamperings} tampered ledgers, every one found."
    )
