"""20,000 small files under `keep`: whole ingest against bagit.py and fido together; verification against others'."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import PROGRAM, describe, keeping_home, middle, row, scratch, settle, timed
from preserve.work import processors

COUNT = 20_000
FIDO_SAMPLE = 1_000
_BAGIT = str(Path(sys.executable).parent / "bagit.py")
_FIDO = (
    "from fido.fido import Fido; import sys, pathlib\n"
    "f = Fido(quiet=True, format_files=['formats-v109.xml', 'format_extensions.xml'], "
    "containersignature_file='container-signature-20200121.xml', handle_matches=lambda *a: None)\n"
    "[f.identify_file(str(p)) for p in sorted(pathlib.Path(sys.argv[1]).rglob('*')) if p.is_file()]"
)


# Peers read through the cache, so ours does here; `preserve verify` itself reads past it.
_VERIFY = (
    "import sys, pathlib; from metadata.verify import verify_package; "
    "report = verify_package(pathlib.Path(sys.argv[1])); sys.exit(not report.intact)"
)

_HASH = (
    "import hashlib, sys\n"
    "for line in sys.stdin:\n"
    "    with open(line[:-1], 'rb', buffering=0) as stream: hashlib.sha256(stream.read()).hexdigest()"
)


def _bare_digests(bag: Path) -> float:
    """Seconds in which all processors read and hash every file, and do nothing else: faster is no verification."""
    paths = [f"{path}\n" for path in bag.rglob("*") if path.is_file()]
    began = time.perf_counter()
    count = processors()
    running = [subprocess.Popen([sys.executable, "-IS", "-c", _HASH], stdin=subprocess.PIPE) for _ in range(count)]
    shares = [
        threading.Thread(target=process.communicate, args=("".join(paths[number::count]).encode(),))
        for number, process in enumerate(running)
    ]
    for share in shares:
        share.start()
    for share in shares:
        share.join()
    if any(process.returncode for process in running):
        raise RuntimeError("a file could not be read")
    return time.perf_counter() - began


def make_files(case: Path, count: int, smallest: int, largest: int) -> list[str]:
    """Texts of Chinese words in folders of 500."""
    chance = random.Random(1)
    words = "现场检查笔录演出经营许可证当事人执法人员先行登记保存询问处罚决定书送达回证".encode()
    names = []
    for number in range(count):
        name = f"{number // 500:04}/文书{number:06}.txt"
        path = case / name
        path.parent.mkdir(parents=True, exist_ok=True)
        size = chance.randint(smallest, largest)
        text = f"{number} ".encode() + words * (size // len(words) + 1)
        path.write_bytes(text[:size].decode("utf-8", "ignore").encode())
        names.append(name)
    return names


def _floor(source: Path, target: Path) -> float:
    """Seconds to copy a folder, have it on the disk and read it back once."""
    settle()
    began = time.perf_counter()
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    os.sync()
    paths = [path for path in target.rglob("*") if path.is_file()]
    for path in paths:
        with path.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    for path in paths:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")
    return time.perf_counter() - began


def main() -> list[str]:
    """Rows for ingest, and for verification whole and of the digests alone."""
    rows = []
    with scratch() as folder:
        case = folder / "case"
        case.mkdir()
        describe(case, "基准2号", make_files(case, COUNT, 10_000, 50_000))
        sample = folder / "sample"
        sample.mkdir()
        for path in sorted(case.rglob("*.txt"))[:FIDO_SAMPLE]:
            shutil.copy(path, sample)
        figures = []
        for number in range(measure.RUNS):
            home, bag = keeping_home(folder / f"home{number}"), folder / f"bag{number}"
            floor = _floor(case, bag)
            settle()
            ours = timed([PROGRAM, "ingest", str(case)], home=home).seconds
            fido = timed([sys.executable, "-c", _FIDO, str(sample)]).seconds * COUNT / FIDO_SAMPLE
            settle()
            figures.append((ours, fido, timed([_BAGIT, "--sha256", str(bag)]).seconds, floor))
            if number:
                shutil.rmtree(folder / f"home{number - 1}")
                shutil.rmtree(folder / f"bag{number - 1}")
        seconds, fido, bagit, floor = (middle(column) for column in zip(*figures, strict=True))
        ratio = (bagit + fido) / seconds
        rows.append(
            row(
                f"{COUNT:,} files of 10–50 kB, whole ingest",
                f"{seconds:.1f} s",
                f"bagit.py {bagit:.1f} s + fido {fido:.0f} s (scaled from {FIDO_SAMPLE:,} files)",
                f"{ratio:.1f}× faster",
                "≥ 8×",
                ratio >= 8,
            )
        )
        rows.append(
            row(
                f"{COUNT:,} files of 10–50 kB, whole ingest",
                f"{seconds:.1f} s",
                f"cp -r, sync, one SHA-256 read-back: {floor:.1f} s",
                f"{seconds / floor:.1f}",
                "≤ 6",
                seconds <= 6 * floor,
            )
        )
        (package,) = (home / "store" / "packages").iterdir()
        runs: dict[str, list[float]] = {"full": [], "bagit": [], "sha": []}
        for _ in range(measure.RUNS):
            runs["full"].append(timed([sys.executable, "-c", _VERIFY, str(package)]).seconds)
            runs["bagit"].append(timed([_BAGIT, "--validate", str(package)]).seconds)
            runs["sha"].append(timed(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=package).seconds)
        fixity, bare = [], []
        for _ in range(measure.RUNS):
            bare.append(_bare_digests(bag))
            fixity.append(timed([sys.executable, "-c", _VERIFY, str(bag)]).seconds)
        full, b, s = (middle(runs[name]) for name in ("full", "bagit", "sha"))
        plain, least_of_all = middle(fixity), middle(bare)
        for what, mine, least in (
            ("verify, whole (METS, PREMIS, digests)", full, (2.0, 1.2)),
            ("verify, a plain bag (digests)", plain, (4.0, 4.0)),
        ):
            for name, other, wanted in (("bagit.py --validate", b, least[0]), ("sha256sum -c", s, least[1])):
                rows.append(
                    row(
                        what,
                        f"{mine:.2f} s",
                        f"{name} {other:.2f} s",
                        f"{other / mine:.1f}× faster",
                        f"≥ {wanted:g}×",
                        other / mine >= wanted,
                    )
                )
        rows.append(
            row(
                "verify, a plain bag (digests)",
                f"{plain:.2f} s",
                f"every byte read and hashed on all processors, nothing else: {least_of_all:.2f} s, "
                f"{b / least_of_all:.1f}× faster than bagit.py and {s / least_of_all:.1f}× than sha256sum",
                f"{plain / least_of_all:.2f}",
                "—",
                None,
            )
        )
    return rows
