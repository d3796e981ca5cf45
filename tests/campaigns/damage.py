"""Discs with random damage: within the redundancy every file comes back, beyond it exactly the lost ones are named."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from preserve.archival_storage.discs.checking import check_disc, repaired_copy
from storage_adapters.marker import MARKER, marker_bytes
from storage_adapters.optical.ecc import augment
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import DiscStream, list_files

SECTOR, FILES, SIZE = 2048, 60, 10_000_000


def _made(folder: Path, chance: random.Random) -> tuple[Path, float]:
    """A nearly full CD image, and which share of its sectors one run of damage may take."""
    source = folder / "source"
    source.mkdir()
    lines = []
    for number in range(FILES):
        data = chance.randbytes(SIZE)
        (source / f"{number:02d}.mp4").write_bytes(data)
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {number:02d}.mp4")
    marker = marker_bytes({"medium": "disc-1", "kind": "optical"})
    (source / MARKER).write_bytes(marker)
    lines.append(f"{hashlib.sha256(marker).hexdigest()}  {MARKER}")
    (source / "manifest-sha256.txt").write_text("\n".join(sorted(lines, key=lambda line: line[66:])) + "\n")
    image = folder / "disc.iso"
    grafts = [Graft(path.name, path) for path in sorted(source.iterdir())]
    make_image(grafts, image, "SOAK", datetime(2026, 11, 24, tzinfo=UTC))
    redundancy = augment(image).redundancy
    shutil.rmtree(source)
    return image, redundancy / (100 + redundancy)


def _differing(image: Path, good: Path) -> set[str]:
    """The files whose bytes are not those of the good disc: the truth that the findings are held against."""
    found = set()
    for file in list_files(good):
        with DiscStream(good, file) as one, DiscStream(image, file) as other:
            if hashlib.file_digest(one, "sha256").digest() != hashlib.file_digest(other, "sha256").digest():
                found.add(file.path)
    return found


def run(folder: Path, seconds: float, seed: int) -> str:
    """Scattered sectors, or one run of up to twice what the error correction promises, behind the volume's head."""
    chance = random.Random(seed)
    image, promised = _made(folder, chance)
    sectors = image.stat().st_size // SECTOR
    bad, repaired = folder / "bad.iso", folder / "repaired.iso"
    rounds = whole = beyond = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rounds += 1
        shutil.copyfile(image, bad)
        if scattered := chance.random() < 0.4:
            hit = [chance.randrange(64, sectors) for _ in range(chance.randint(1, sectors // 100))]
        else:
            length = int(sectors * promised * chance.uniform(0.01, 2))
            first = chance.randrange(64, sectors - length)
            hit = list(range(first, first + length))
        with bad.open("r+b") as stream:
            for sector in hit:
                stream.seek(sector * SECTOR)
                stream.write(os.urandom(SECTOR))
        if {finding.where for finding in check_disc(bad).findings} != _differing(bad, image):
            raise SystemExit(f"round {rounds} (seed {seed}): other files named than are damaged")
        error = repaired_copy(bad, repaired)
        lost = _differing(repaired, image)
        if ({finding.where for finding in error.findings} if error else set()) != lost:
            raise SystemExit(f"round {rounds} (seed {seed}): other files named than are lost")
        if error and not scattered and len(hit) <= 0.95 * promised * sectors:
            raise SystemExit(f"round {rounds} (seed {seed}): {len(hit)} sectors in a run were not repaired: {error}")
        whole, beyond = whole + (error is None), beyond + (error is not None)
        print(
            f"round {rounds}: {len(hit)} sectors {'scattered' if scattered else 'in a run'}, {len(lost)} lost files",
            flush=True,
        )
    return (
        f"{rounds} discs of CD size with {100 * promised:.0f} % of their sectors for error correction: {whole} repaired "
        f"whole, {beyond} beyond repair with exactly the lost files named."
    )
