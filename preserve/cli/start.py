"""Where the command `preserve` begins.

Every worker process that is spawned runs the command's own script once more, up to where it calls `main`: so what that
script imports, each of them imports too. This room imports nothing.
"""

from __future__ import annotations


def main() -> None:
    """Run the command that was typed, and leave the process with its exit status."""
    from preserve.cli.main import main as begin

    begin()
