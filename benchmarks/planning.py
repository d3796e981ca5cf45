"""A change of the formats policy previewed over a generated catalogue of a million cases."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from benchmarks.measure import row, scratch
from preserve.data_management import kept_sums
from preserve.data_management.database import create_catalogue
from preserve.data_management.formats_index import Kind
from preserve.home import Home
from preserve.preservation_planning.policy import read_policy
from preserve.preservation_planning.preview import affected, preview
from preserve.settings import Settings

_CASES = int(os.environ.get("PLANNING_CASES", "1000000"))
_LIMIT = 60.0
_BATCH = 20_000


def _kinds() -> list[tuple[Kind, int]]:
    """Kinds of originals as a bureau has them, and how many files of a case are of each; and what was made of them."""
    told = "siegfried 1.11.9 (V125), fido 1.6.1 (v109)"
    older = "siegfried 1.11.1 (V120), fido 1.6.1 (v109)"
    found = []
    for signatures in (told, older):
        found += [
            (Kind("original", "fmt/199", "MPEG-4 Media File", "", "AVC|AAC||", "ffv1+mp4", signatures), 12),
            (Kind("original", "fmt/199", "MPEG-4 Media File", "", "HEVC|AAC||", "ffv1+mp4", signatures), 3),
            (Kind("original", "fmt/276", "Acrobat PDF 1.7", "1.7", "|||", "", signatures), 20),
            (Kind("original", "fmt/43", "JPEG File Interchange Format", "1.01", "|||", "jpeg", signatures), 40),
            (Kind("original", "fmt/412", "Microsoft Word for Windows", "2007 onwards", "|||", "pdfa", signatures), 6),
            (Kind("original", "x-fmt/111", "Plain Text File", "", "||gb18030|", "utf8", signatures), 2),
            (Kind("original", "fmt/141", "Waveform Audio", "", "|PCM||", "m4a", signatures), 1),
        ]
    return found


def _fill(path: Path) -> tuple[float, int]:
    """Cases, versions and counts of formats, in the catalogue's own tables; one case in twenty has two versions."""
    chance = random.Random(1)
    began = time.perf_counter()
    catalogue = create_catalogue(path)
    kinds = _kinds()
    rows_written = 0
    with catalogue.begin() as connection:
        raw = connection.connection.cursor()
        raw.executemany(
            "INSERT INTO formats VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(k.id, k.representation, k.puid, k.name, k.version, k.traits, k.derived, k.signatures) for k, _ in kinds],
        )
        for start in range(0, _CASES, _BATCH):
            cases, versions, counts = [], [], []
            for number in range(start, min(start + _BATCH, _CASES)):
                objid = f"aip-{number:026d}"
                cases.append((objid, f"号{number}", "", "题", "penalty", "", "局", "internal", None, None, 0, "{}"))
                for version in range(1, 3 if number % 20 == 0 else 2):
                    name = f"{objid}_v{version:04}"
                    versions.append((objid, version, name, "2026-01-01T00:00:00Z", 100, 5_000_000_000, "0" * 64))
                    half = chance.randrange(2) * 7
                    for kind, files in chance.sample(kinds[half : half + 7], 5):
                        size = files * chance.randrange(1_000_000)
                        counts.append(
                            (objid, version, kind.id, files, size, files * 10**9 if "|" in kind.traits else 0)
                        )
            raw.executemany(
                "INSERT INTO cases (objid, case_number, archival_number, title, case_type, cause, producer,"
                " classification, started, closed, long_term, description) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                cases,
            )
            raw.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)", versions)
            raw.executemany("INSERT INTO version_formats VALUES (?, ?, ?, ?, ?, ?)", counts)
            rows_written += len(counts)
        kept_sums.fill(connection)
    catalogue.close()
    return time.perf_counter() - began, rows_written


def main() -> list[str]:
    """Filling is not counted; each question is asked once, of a catalogue opened for it."""
    with scratch() as folder:
        path = folder / "catalogue.sqlite"
        filling, counted = _fill(path)
        home = Home(folder, Settings(archive_id="a", institution="b"))
        catalogue = create_catalogue(path)
        policy = read_policy(home, name="compact")
        began = time.perf_counter()
        with catalogue.read() as connection:
            found = preview(connection, policy)
        seconds = time.perf_counter() - began
        assert found.cases > _CASES / 2, found
        began = time.perf_counter()
        with catalogue.read() as connection:
            page = affected(connection, policy, 100, after=f"aip-{_CASES // 2:026d}")
        next_page = time.perf_counter() - began
        assert len(page) == 100
        catalogue.close()
        size = path.stat().st_size
    return [
        row(
            f"preview of a policy over {_CASES:,} cases ({counted:,} counts, {size / 1e9:.1f} GB)",
            f"{seconds:.1f} s",
            f"filling the catalogue {filling:.0f} s",
            "—",
            f"≤ {_LIMIT:.0f} s",
            seconds <= _LIMIT,
        ),
        row(
            "the next hundred cases of a campaign, from the middle",
            f"{next_page:.2f} s",
            "—",
            "—",
            "≤ 2 s",
            next_page <= 2,
        ),
    ]
