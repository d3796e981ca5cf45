"""Whether something may be written where a person points, asked before any work is done.

The operations check again when they write, through a handle; here it is so that nobody waits for a result that then
cannot be put where it was wanted.
"""

from __future__ import annotations

from pathlib import Path

from preserve import outputs
from preserve.errors import UsageError
from preserve.home import Home, default_path, open_home


def check_new(target: Path, place: Path | None, *, replace: bool = False) -> None:
    """Raises Refused unless a file or folder could be made at `target`; MediumProblem.

    Nothing is there yet, or with `replace` a plain file.
    """
    outputs.check_new(target, home_in_use(place), replace=replace)


def check_folder(target: Path, place: Path | None) -> None:
    """Raises Refused unless files could be put into the folder `target`, there or not yet; MediumProblem."""
    outputs.check_folder(target, home_in_use(place))


def check_beside(target: Path) -> None:
    """Raises Refused where a new archive's store at `target` would lie in another archive or on a medium."""
    outputs.check_folder(target.parent, None)


def check_device(target: Path, place: Path | None) -> None:
    """Raises Refused where a disc cannot be burned to `target` without harm; MediumProblem."""
    outputs.check_device(target, home_in_use(place))


def home_in_use(place: Path | None) -> Home | None:
    """The home in use, None where there is none. Raises Refused where its settings are wrong."""
    try:
        return open_home(place or default_path())
    except UsageError:
        return None
