"""What a path on the command line is for: read, or written to; what is written to is checked before anything is done.

The services check again when they write, through a handle; here it is so that nobody waits for a result that then
cannot be put where it was wanted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from preserve.cli.output import Output
from preserve.services import targets


class InputPath(click.Path):
    """A file, a folder, an image or a device that is only read; absolute, as every path that a command gets."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; links and dots in it are followed as they stand."""
        return Path(os.fsdecode(super().convert(value, param, ctx))).absolute()


class OutputPath(InputPath):
    """A path that is written to. Subclasses say what may be there already."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Raises Refused, MediumProblem."""
        path = super().convert(value, param, ctx)
        if ctx is not None and not ctx.resilient_parsing:
            self.check(path, ctx.find_object(Output))
        return path

    def check(self, path: Path, output: Output | None) -> None:
        """Raises Refused, MediumProblem."""
        raise NotImplementedError


class NewFile(OutputPath):
    """A file that is made, and is not there yet."""

    def check(self, path: Path, output: Output | None) -> None:
        """Nothing of that name may be there."""
        targets.check_new(path, output.home_path if output else None)


class ReplacedFile(OutputPath):
    """A file that is made, in the place of a plain one where that is there."""

    def check(self, path: Path, output: Output | None) -> None:
        """No link, device or folder may be there."""
        targets.check_new(path, output.home_path if output else None, replace=True)


class NewFolder(NewFile):
    """A folder that is made, and is not there yet."""


class IntoFolder(OutputPath):
    """A folder that something new is put into; it may be there."""

    def check(self, path: Path, output: Output | None) -> None:
        """It may not be the archive's."""
        targets.check_folder(path, output.home_path if output else None)


class NewArchive(OutputPath):
    """A folder that a new archive keeps its packages in."""

    def check(self, path: Path, output: Output | None) -> None:
        """It may not lie in another archive or on a medium; what is in it is for the founding to say."""
        targets.check_beside(path)


class Burner(OutputPath):
    """A device that a disc is burned in, or a file that stands for one."""

    def check(self, path: Path, output: Output | None) -> None:
        """It may be anything but what holds the archive."""
        targets.check_device(path, output.home_path if output else None)
