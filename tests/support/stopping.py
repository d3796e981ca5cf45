"""Work in a process that stops itself, as a machine that hangs, just before it opens a file whose name ends so.

`python -m tests.support.stopping HOME CASE ENDING [TIMES]`: at the so-manieth time; whoever started it lets it go on.
It takes a case in; where CASE is a medium, it restores the package on that, or repairs with it what is damaged.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from preserve.administration.restoring import restore_package
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.repair import damaged_copies, repair_copy
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import PreserveError
from storage_adapters.errors import StorageError
from storage_adapters.marker import MARKER
from tests.support.small_case import ingest


def bring_back(archive: Archive, medium: Path) -> None:
    """Restore what the medium holds and the store lost, or repair the one damaged copy."""
    source = open_source(medium)
    damaged = damaged_copies(archive.home, archive.catalogue)
    for row, target in damaged:
        repair_copy(archive, row, target, inserted=[medium], actor="wu")
    if not damaged:
        (name,) = source.packages()[0]
        restore_package(archive.home, archive.catalogue, name, [source], actor="wu", now=archive.now)


def main() -> int:
    """Returns 0 when it took the case in, 9 where it saw that another has it."""
    home, case, ending = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    left = int(sys.argv[4]) if len(sys.argv) > 4 else 1

    def look(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        if left and os.fsdecode(arguments[0]).endswith(ending):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGSTOP)

    archive = open_archive(home)
    sys.addaudithook(look)
    try:
        if (case / MARKER).exists():
            bring_back(archive, case)
        else:
            ingest(archive, case)
    except (PreserveError, StorageError) as error:
        print(error.code, flush=True)
        return 9
    return 0


if __name__ == "__main__":
    sys.exit(main())
