"""ocfl-py, another's reader of OCFL: it validates a storage root and gives a version back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# It asks for an adapter to S3 at import, which pins another botocore than ours; folders need none.
_BEFORE = (
    "import sys, types\n"
    "away = types.ModuleType('s3fs')\n"
    "away.S3FileSystem = type('S3FileSystem', (), {})\n"
    "sys.modules['s3fs'] = away\n"
    "import ocfl\n"
)
_VALIDATE = _BEFORE + (
    "root = ocfl.StorageRoot(sys.argv[1])\n"
    "passed = root.validate(validate_objects=True, check_digests=True, log_warnings=True)\n"
    "sys.exit(0 if passed else 1)\n"
)
_EXTRACT = (
    _BEFORE + "ocfl.Object(path=sys.argv[1]).extract(objdir=sys.argv[1], version=sys.argv[2], dstdir=sys.argv[3])\n"
)


def validate(root: Path) -> tuple[bool, str]:
    """Whether the storage root and every object in it is valid, digests included; and all that was said of it."""
    ran = subprocess.run([sys.executable, "-c", _VALIDATE, str(root)], capture_output=True, text=True, timeout=120)
    return ran.returncode == 0, ran.stdout + ran.stderr


def extract(place: Path, version: str, into: Path) -> None:
    """Have it write one version of an object out as a folder that is not there yet."""
    command = [sys.executable, "-c", _EXTRACT, str(place), version, str(into)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
