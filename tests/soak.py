"""The long campaign: `python -m tests.soak [minutes]` kills ingests at random moments and tampers with ledgers.

Each round is judged from outside: same originals, nothing left over, `verify` and `ledger verify`; a tampered ledger must
be found. The last results stand in `tests/soak-results.md`.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from preserve.clock import now, stamp
from tests.faults.test_kill import Undisturbed, assert_as_undisturbed, kill_after
from tests.program import found

RESULTS = Path(__file__).parent / "soak-results.md"
TAMPERINGS = (
    "UPDATE ledger SET entry = replace(entry, 'root', 'toor') WHERE number = {n}",
    "DELETE FROM ledger WHERE number = {n}",
    "UPDATE ledger SET leaf = zeroblob(32) WHERE number = {n}",
    "UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE number = {m}), "
    "leaf = (SELECT leaf FROM ledger WHERE number = {m}) WHERE number = {n}",
)


def main() -> None:
    """Run until the time is over; stop with an error at the first round that goes wrong."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    seed = int(time.time())
    chance = random.Random(seed)
    kills = tamperings = 0
    with tempfile.TemporaryDirectory(prefix="preserve-soak-") as name:
        folder = Path(name)
        undisturbed = Undisturbed(folder)
        end = time.monotonic() + 60 * minutes
        number = 0
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
            sys.stdout.write(f"round {number}: {kills} kills, {tamperings} tamperings\n")
    RESULTS.write_text(
        f"# Last soak\n\n{stamp(now())}, {minutes:g} minutes, seed {seed}: {number} archives, {kills} SIGKILLs at random moments,\n"
        f"every ingest went on to the same result; {tamperings} tampered ledgers, every one found.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
