"""Identification measured against fido's own library and command line, on any folder; answers are compared as well.

python benchmarks/identification.py FOLDER [--command-line N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from preserve.ingest.identifiers import pronom, tables
from preserve.ingest.identify import identify


def main() -> int:
    """Print seconds and ratio; exit 1 where an answer differs from fido's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--command-line", type=int, default=20, help="files to give to fido's command line one by one")
    options = parser.parse_args()
    files = [p for p in sorted(options.folder.rglob("*")) if p.is_file() and not p.is_symlink() and p.stat().st_size]

    from fido.fido import Fido

    heard: list[str] = []

    def hear(_: str, matches: Any, *__: object) -> None:
        heard.extend(found.find("puid").text for found, _ in matches)

    fido = Fido(
        quiet=True,
        handle_matches=hear,
        format_files=list(tables.FORMATS),
        containersignature_file=tables.CONTAINERS,
    )
    spent = {"fido": 0.0, "signatures": 0.0, "identify": 0.0}
    different = faulty = 0
    began = time.perf_counter()
    tables.load()
    started = time.perf_counter() - began
    for path in files:
        heard.clear()
        size = path.stat().st_size
        began = time.perf_counter()
        try:
            fido.identify_file(str(path))
            crashed = False
        except Exception:  # noqa: BLE001  # fido lets zipfile and olefile errors through
            crashed = True
            faulty += 1
        then = time.perf_counter()
        spent["fido"] += then - began
        formats, _ = pronom.identify(*pronom.read_windows(path, size), path.name, path)
        after = time.perf_counter()
        spent["signatures"] += after - then
        identify(path, path.name, size)
        spent["identify"] += time.perf_counter() - after
        if not crashed and [f.puid for f in formats] != list(dict.fromkeys(heard)):
            different += 1
            sys.stdout.write(f"different: {path} fido {heard} ours {[f.puid for f in formats]}\n")
    few = files[: options.command_line]
    began = time.perf_counter()
    for path in few:
        subprocess.run([sys.executable, "-m", "fido.fido", "-q", str(path)], capture_output=True, check=False)
    command_line = (time.perf_counter() - began) / max(1, len(few))
    count = max(1, len(files))
    sys.stdout.write(
        f"files {len(files)}, different {different}, fido crashed {faulty}, tables loaded in {started:.3f} s\n"
    )
    sys.stdout.writelines(
        f"{name}: {seconds:.2f} s, {seconds / count * 1e3:.3f} ms a file\n" for name, seconds in spent.items()
    )
    ratio = command_line / (spent["signatures"] / count)
    sys.stdout.write(
        f"fido's command line, a process a file: {command_line * 1e3:.0f} ms a file, {ratio:.0f} times ours\n"
    )
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())
