"""Many files: the load at which Archivematica 1.8 spent hours, and whether 100,000 cost ten times as much as 10,000."""

from __future__ import annotations

from benchmarks.measure import PROGRAM, describe, keeping_home, row, scratch, settle, timed
from benchmarks.small_files import make_files


def _ingest(count: int) -> tuple[float, int]:
    with scratch() as folder:
        case = folder / "case"
        case.mkdir()
        describe(case, "基准3号", make_files(case, count, 1_000, 3_000))
        home = keeping_home(folder / "home")
        settle()
        done = timed([PROGRAM, "ingest", str(case)], home=home)
        return done.seconds, done.memory


def main() -> list[str]:
    """Rows for 46,800 files, and for 100,000 against 10,000."""
    many, _ = _ingest(46_800)
    small, _ = _ingest(10_000)
    large, memory = _ingest(100_000)
    ratio = (large / 100_000) / (small / 10_000)
    megabytes = memory / 1e6
    return [
        row(
            "46,800 small texts, whole ingest",
            f"{many:.0f} s",
            "Archivematica 1.8: 2 h 11 min METS + 3 h 13 min names (archivematica/Issues#315)",
            "—",
            "minutes",
            many < 600,
        ),
        row(
            "100,000 files, seconds a file",
            f"{large / 100_000 * 1000:.2f} ms",
            f"at 10,000 files: {small / 10_000 * 1000:.2f} ms",
            f"{ratio:.2f}",
            "≤ 1.2",
            ratio <= 1.2,
        ),
        row("100,000 files, largest process", f"{megabytes:.0f} MB", "—", "—", "< 300 MB", megabytes < 300),
    ]
