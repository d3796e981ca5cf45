"""What other processes do for a large package while this one describes it and proves it.

One syncs the file system and reads back every small file of the payload while METS and PREMIS are being written, and
then looks at the package's structure. Another reads the rows that the catalogue will have of the package: first what
the description says, which is written before everything else. Both start while this process has no use for the second
processor, so that nobody waits for their modules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib import import_module
from pathlib import Path

from preserve.archival_storage.packing.listing import Described
from preserve.archival_storage.store import Store
from preserve.data_management.package_reading import PackageRead, read_package
from preserve.data_management.reading_apart import begin_apart, brought, read_apart
from preserve.ingest.context import Ingest
from preserve.ingest.file_pass import LARGE
from preserve.work import executor, result_of
from storage_adapters.contract import ExpectedFile, FileCheck
from storage_adapters.medium_errors import make_folder
from storage_adapters.read_early import ReadEarly, Written, read_early, sync

_MANY = 5000
"""Files from which two processes are worth their start."""

_BATCH = 500
_AHEAD = 16  # batches that may wait, so that memory does not grow where the medium is slow


class Beside:
    """The two processes for a package that will have this name, whose payload lies there; `close` ends them.

    What goes wrong in one is raised where its work is asked for.
    """

    def __init__(self, package: Path, name: str, store: Path, scratch: Path) -> None:
        self._package, self._name, self._file = package, name, scratch / "rows"
        self._early = ReadEarly()
        self._batch: list[Written] = []
        self._reading: deque[Future[list[int]]] = deque()
        self._rows: Future[PackageRead] | None = None
        self._read: PackageRead | None = None
        self.pool: Executor = executor(1)
        """The process that reads back, and then looks at the structure."""
        self._reader: Executor = executor(1)
        self._synced = self.pool.submit(sync, str(store))
        self._reader.submit(import_module, read_apart.__module__)

    def told(self) -> None:
        """The description of the case lies there, and nobody changes it any more: it is read from now on."""
        make_folder(self._file.parent)
        self._reader.submit(begin_apart, self._package, self._name, self._file)

    def wrote(self, file: Described) -> None:
        """A file of the payload that lies there, to be read back. Raises what the medium says."""
        if file.size >= LARGE:
            return  # read back behind its writer, or by several threads at once
        self._batch.append((file.path, file.size, file.digests["sha256"]))
        if len(self._batch) >= _BATCH:
            self._send()
        while len(self._reading) > _AHEAD or (self._reading and self._reading[0].done()):
            self._early.add(result_of(self._reading.popleft()))

    def sealed(self, *, tokens: bool) -> None:
        """Nothing of the package changes any more: its rows are read from now on."""
        self._send()
        make_folder(self._file.parent)
        self._rows = self._reader.submit(read_apart, self._package, self._name, self._file, tokens=tokens)

    def check(self, folder: Path, expected: ExpectedFile) -> FileCheck | None:
        """A file that was read back and not touched since; None for every other. Raises StorageError."""
        result_of(self._synced)
        while self._reading:
            self._early.add(result_of(self._reading.popleft()))
        return self._early.check(folder, expected)

    def finish(self) -> None:
        """Wait until the rows are read: then the package may be moved. Raises NotIntact where it is none of ours."""
        if self._rows is not None:
            self._read = result_of(self._rows)

    @contextmanager
    def rows(self) -> Iterator[PackageRead]:
        """What was read of the package; nothing before `finish`."""
        assert self._read is not None
        with brought(self._read, self._file) as read:
            with suppress(OSError):
                self._file.parent.rmdir()
            yield read

    def close(self) -> None:
        """End both processes; what they have not begun they do not begin."""
        for pool in (self.pool, self._reader):
            pool.shutdown(cancel_futures=True)

    def _send(self) -> None:
        if self._batch:
            self._reading.append(self.pool.submit(read_early, str(self._package), self._batch))
            self._batch = []


def beside_of(count: int, ingest: Ingest, store: Store) -> Beside | None:
    """The processes for a package of so many files; None where they are not worth their start."""
    return Beside(ingest.package, ingest.name, store.root, ingest.scratch) if count >= _MANY else None


def rows_of(beside: Beside | None, package: Path, *, tokens: bool) -> AbstractContextManager[PackageRead]:
    """The rows of a package as they were read while it was proven; read now where nobody did. Raises NotIntact."""
    return beside.rows() if beside else read_package(package, tokens=tokens)
