"""Real file systems on loop devices, and what can happen to them: for tests of drives. Needs root."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def run(*arguments: str | Path) -> None:
    """A command that must succeed."""
    subprocess.run([str(one) for one in arguments], check=True, capture_output=True)


@dataclass(frozen=True)
class Loop:
    """A file system in a file, mounted at `top`."""

    image: Path
    top: Path

    def mount(self, *options: str) -> None:
        """Connect it."""
        run("mount", "-o", ",".join(("loop", *options)), self.image, self.top)

    def unmount(self) -> None:
        """Disconnect it in good order."""
        run("umount", self.top)

    def pull(self) -> None:
        """Pull the plug: the path is gone at once."""
        run("umount", "-l", self.top)

    def remount(self, option: str) -> None:
        """Change how it is mounted."""
        run("mount", "-o", f"remount,{option}", self.top)


SHARING = {"btrfs": (("mkfs.btrfs", "-q", "--mixed"), "64M"), "xfs": (("mkfs.xfs", "-q", "-m", "reflink=1"), "320M")}
"""File systems whose files can share blocks: how each is made, and how small it can be."""


@contextmanager
def loop(
    folder: Path,
    name: str = "drive",
    size: str = "64M",
    *,
    copy_of: Path | None = None,
    make: tuple[str, ...] = ("mkfs.ext4", "-q", "-F", "-L", "DA_DRIVE"),
) -> Iterator[Loop]:
    """A new, mounted file system, or a clone of another's image."""
    made = Loop(folder / f"{name}.img", folder / f"{name}-mounted")
    made.top.mkdir()
    if copy_of is None:
        run("truncate", "-s", size, made.image)
        run(*make, made.image)
    else:
        run("cp", "--sparse=always", copy_of, made.image)
    made.mount()
    try:
        yield made
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            made.pull()
