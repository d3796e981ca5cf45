"""Where the samples of others lie: beside the project, and never copied into it."""

from __future__ import annotations

from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]


def _checkout() -> Path:
    """The project's own folder, also where the tests run in a second working tree of it."""
    pointer = _PROJECT / ".git"
    if pointer.is_file():  # gitdir: <project>/.git/worktrees/<name>
        return Path(pointer.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).parents[2]
    return _PROJECT


def shared(folder: str) -> Path:
    """A folder of `../shared/cases`."""
    return next(
        (there for root in (_PROJECT, _checkout()) if (there := root.parent / "shared/cases" / folder).is_dir()),
        _PROJECT.parent / "shared/cases" / folder,
    )


PACKAGES = shared("packages")
OFD = PACKAGES / "ofd"
