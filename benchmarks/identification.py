"""Identification by fido's signatures, ours against fido's own command line over the same folder; answers compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import middle, row, scratch
from preserve.ingest.identifiers import pronom
from preserve.ingest.identify import identify_many
from preserve.work import processors

COPIES = 10


def _corpus(folder: Path) -> list[Path]:
    """Files of more than forty formats, several copies of each."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tests.support.material.corpus import make

    made = [path for path in make(folder / "first").values() if path.is_file() and path.stat().st_size]
    files = []
    for number in range(COPIES):
        target = folder / "all" / str(number)
        target.mkdir(parents=True)
        files += [Path(shutil.copy(path, target)) for path in made]
    return sorted(files)


def _fido(folder: Path) -> tuple[float, dict[str, set[str]]]:
    program = str(Path(sys.executable).parent / "fido")
    command = [program, "-q", "-recurse", "-matchprintf", "%(info.filename)s\t%(info.puid)s\n", "-nomatchprintf", ""]
    began = time.perf_counter()
    said = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False).stdout
    seconds = time.perf_counter() - began
    found: dict[str, set[str]] = {}
    for line in said.splitlines():
        name, _, puid = line.partition("\t")
        found.setdefault(name, set()).add(puid)
    return seconds, found


def main() -> list[str]:
    """Rows: our reading of fido's signatures against fido; both identifiers together against fido."""
    with scratch() as folder:
        files = _corpus(folder)
        figures: list[tuple[float, float, float]] = []
        for _ in range(measure.RUNS):
            theirs, said = _fido(folder / "all")
            began = time.perf_counter()
            ours: dict[str, set[str]] = {}
            for path in files:
                head, tail = pronom.read_windows(path, path.stat().st_size)
                ours[str(path)] = {answer.puid for answer in pronom.identify(head, tail, path.name, path)[0]}
            alone = time.perf_counter() - began
            began = time.perf_counter()
            identify_many([(path, path.name, path.stat().st_size) for path in files], workers=processors())
            figures.append((theirs, alone, time.perf_counter() - began))
        theirs, alone, both = (middle(column) for column in zip(*figures, strict=True))
        differing = sum(said.get(str(path), set()) != ours[str(path)] for path in files)
        formats = len(set().union(*ours.values()))
    return [
        row(
            f"fido's signatures, {len(files)} files, {formats} formats",
            f"{alone:.2f} s",
            f"fido command line {theirs:.1f} s",
            f"{theirs / alone:.0f}× faster",
            "≥ 20×",
            theirs / alone >= 20,
        ),
        row("answers that differ from fido's", str(differing), f"{len(files)} files", "—", "0", differing == 0),
        row(
            "both identifiers and our own signatures, siegfried on all processors",
            f"{both:.2f} s",
            f"fido command line {theirs:.1f} s",
            f"{theirs / both:.0f}× faster",
            "≥ 10×",
            theirs / both >= 10,
        ),
    ]
