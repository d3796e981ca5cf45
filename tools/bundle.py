"""One folder that founds or upgrades an archive where there is no network: wheels, Debian packages, schemas, installer.

Run on a machine of the same Debian release and processor, with its registries in reach: `make bundle`. Its SHA256SUMS
is signed by the key that BUNDLE_KEY names, of the gpg of whoever makes the bundle; without one it is not signed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUT = ROOT / "dist" / "bundle"
BASE = "python3 python3-venv openssl util-linux ca-certificates"


def runtime_packages() -> list[str]:
    """The Debian packages that using the program takes, as tools/setup.sh names them."""
    text = (ROOT / "tools" / "setup.sh").read_text(encoding="utf-8")
    tools, packages = (re.search(rf'^{name}="([^"]*)"', text, re.MULTILINE) for name in ("tools", "packages"))
    assert tools is not None
    assert packages is not None
    return sorted({*BASE.split(), *(pair.split(":")[1] for pair in tools[1].split()), *packages[1].split()})


def wheels(target: Path) -> None:
    """Our wheel, and every wheel that it needs; what is published as source only is built here."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "-w", str(target)]
    subprocess.run([*command, f"{ROOT}[metrics,oidc,postgres,reading,s3,web]"], check=True)


def debs(target: Path) -> list[str]:
    """The packages and all they need, as for a machine that has none; with an index that apt reads."""
    target.mkdir(parents=True)
    (target / "partial").mkdir()
    wanted = runtime_packages()
    nothing = [
        "-o",
        "Dir::State::status=/dev/null",
        "-o",
        f"Dir::Cache::archives={target}",
        "-o",
        "APT::Sandbox::User=root",
    ]
    subprocess.run(
        [
            "apt-get",
            "-qq",
            *nothing,
            "-o",
            "APT::Install-Recommends=false",
            "-y",
            "--download-only",
            "install",
            *wanted,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    shutil.rmtree(target / "partial")
    (target / "lock").unlink(missing_ok=True)
    index = subprocess.run(["apt-ftparchive", "packages", "."], cwd=target, check=True, capture_output=True).stdout
    (target / "Packages").write_bytes(index)
    return wanted


def sums(folder: Path) -> None:
    """SHA256SUMS over every file, in the form that sha256sum reads."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("SHA256SUMS"):
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder)}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    if key := os.environ.get("BUNDLE_KEY"):
        signature = folder / "SHA256SUMS.sig"
        subprocess.run(
            ["gpg", "--batch", "--yes", "-u", key, "--detach-sign", "-o", signature, folder / "SHA256SUMS"], check=True
        )


def make(out: Path) -> None:
    """Make the bundle in place of the one before."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    wheels(out / "wheels")
    ours = next((out / "wheels").glob("preserve_archive-*.whl"))
    name = f"{ours.name.split('-')[1]}-{hashlib.sha256(ours.read_bytes()).hexdigest()[:12]}"
    (out / "RELEASE").write_text(f"{name}\n", encoding="utf-8")
    (out / "PACKAGES").write_text("\n".join(debs(out / "debs")) + "\n", encoding="utf-8")
    shutil.copytree(Path(sys.prefix) / "share" / "preserve" / "schemas", out / "schemas")
    (out / "units").mkdir()
    for unit in sorted((ROOT / "deploy").glob("preserve-*.*")):
        shutil.copy2(unit, out / "units")
    for name in ("install.sh", "upgrade.py"):
        shutil.copy2(ROOT / "deploy" / "install" / name, out)
    shutil.copy2(ROOT / "deploy" / "nginx.conf", out)
    sums(out)


if __name__ == "__main__":
    make(OUT)
    print(f"{OUT}: {sum(path.stat().st_size for path in OUT.rglob('*') if path.is_file()) / 1e6:.0f} MB")
