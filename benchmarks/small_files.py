"""20,000 small files under `keep`: whole ingest against bagit.py and fido together; verification against others'."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from benchmarks.measure import PROGRAM, describe, keeping_home, row, scratch, settle, timed

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
        path.write_bytes((f"{number} ".encode() + words * (size // len(words) + 1))[: size // 3 * 3])
        names.append(name)
    return names


def main() -> list[str]:
    """Rows for ingest, and for verification whole and of the digests alone."""
    rows = []
    with scratch() as folder:
        case = folder / "case"
        case.mkdir()
        describe(case, "基准2号", make_files(case, COUNT, 10_000, 50_000))
        home = keeping_home(folder / "home")
        settle()
        ours = timed([PROGRAM, "ingest", str(case)], home=home)
        sample = folder / "sample"
        sample.mkdir()
        for path in sorted(case.rglob("*.txt"))[:FIDO_SAMPLE]:
            shutil.copy(path, sample)
        fido = timed([sys.executable, "-c", _FIDO, str(sample)]).seconds * COUNT / FIDO_SAMPLE
        bag = folder / "bag"
        shutil.copytree(case, bag)
        settle()
        bagit = timed([_BAGIT, "--sha256", str(bag)]).seconds
        ratio = (bagit + fido) / ours.seconds
        rows.append(
            row(
                f"{COUNT:,} files of 10–50 kB, whole ingest",
                f"{ours.seconds:.1f} s",
                f"bagit.py {bagit:.1f} s + fido {fido:.0f} s (scaled from {FIDO_SAMPLE:,} files)",
                f"{ratio:.1f}× faster",
                "≥ 5×",
                ratio >= 5,
            )
        )
        (package,) = (home / "store" / "packages").iterdir()
        runs: dict[str, list[float]] = {"full": [], "bagit": [], "sha": []}
        for _ in range(3):
            runs["full"].append(timed([sys.executable, "-c", _VERIFY, str(package)]).seconds)
            runs["bagit"].append(timed([_BAGIT, "--validate", str(package)]).seconds)
            runs["sha"].append(timed(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=package).seconds)
        fixity = []
        for _ in range(3):
            fixity.append(timed([sys.executable, "-c", _VERIFY, str(bag)]).seconds)
        full, b, s = (sorted(runs[name])[1] for name in ("full", "bagit", "sha"))
        plain = sorted(fixity)[1]
        for what, mine in (("verify, whole (METS, PREMIS, digests)", full), ("verify, a plain bag (digests)", plain)):
            for name, other in (("bagit.py --validate", b), ("sha256sum -c", s)):
                rows.append(
                    row(
                        what,
                        f"{mine:.2f} s",
                        f"{name} {other:.2f} s",
                        f"{other / mine:.1f}× faster",
                        "≥ 3×",
                        other / mine >= 3,
                    )
                )
    return rows
