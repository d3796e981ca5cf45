"""The errors of this library, one tree. `passing` says whether trying again may help.

StorageError
├── MediumAbsent      not there (not mounted, unplugged, unreachable)            passing
├── WrongMedium       there, but another one than asked for
├── MediumFull        no room, or would eat into the reserve
├── MediumFailing     the device or file system answered with an error
├── CopyUnknown       the medium holds no such copy or file
├── CopyExists        the medium already holds a copy of that name
├── NameTooLong       a name this kind of medium cannot hold
├── ReadOnly          the medium does not take writes
├── Changed           a file changed while it was being read
├── SourceUnreadable  what was to be copied cannot be read
├── SourceDamaged     what was to be copied is not what it should be
├── NotWrittenRight   what was read back is not what was written
├── NotBlank          a write-once medium that holds something already
├── ToolFailed        a program that this kind of medium needs is missing or failed
├── NotErasable       write-once medium
└── WarrantVoid       permission to remove is missing, expired or for another copy
"""

from __future__ import annotations

Value = str | int | float


def _again(kind: type[StorageError], where: str, values: dict[str, Value]) -> StorageError:
    return kind(where, **values)


class StorageError(Exception):
    """Root. `code` names the sentence, `where` the medium or path, `values` fill the sentence."""

    code = "storage.error"
    passing = False

    def __init__(self, where: str = "", /, **values: Value) -> None:
        super().__init__(self.code, where, values)
        self.where = where
        self.values = values

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        # Errors come back from worker processes, which takes more than Exception does by itself.
        return _again, (type(self), self.where, dict(self.values))

    def __str__(self) -> str:
        return f"{self.code}: {self.where} {self.values or ''}".rstrip()


class MediumAbsent(StorageError):
    """The medium is not there: not mounted, unplugged or unreachable."""

    code = "storage.medium-absent"
    passing = True


class NotMounted(MediumAbsent):
    """A folder of another file system stands where a drive of its own was asked for."""

    code = "storage.not-mounted"


class StoreAway(MediumAbsent):
    """A service does not answer, nobody gave the keys to it, or it has no such bucket; `reason` is its word."""

    code = "storage.store-away"


class WrongMedium(StorageError):
    """Something is there, but it is another medium than the one asked for."""

    code = "storage.wrong-medium"


class MediumFull(StorageError):
    """There is no room, or writing would use up the reserve."""

    code = "storage.medium-full"


class MediumFailing(StorageError):
    """The device or the file system answered with an error."""

    code = "storage.medium-failing"


class CopyUnknown(StorageError):
    """The medium holds no such copy or file."""

    code = "storage.copy-unknown"


class CopyExists(StorageError):
    """The medium already holds a copy of that name; nothing was overwritten."""

    code = "storage.copy-exists"


class NameTooLong(StorageError):
    """A name that this kind of medium cannot hold."""

    code = "storage.name-too-long"


class ReadOnly(StorageError):
    """The medium does not take writes."""

    code = "storage.read-only"


class StoreDenies(ReadOnly):
    """A service does not let these keys in, or not do that; `reason` is its word."""

    code = "storage.store-denies"


class Changed(StorageError):
    """A file changed while it was being read, so what was read is not what lies there."""

    code = "storage.changed"
    passing = True


class SourceUnreadable(StorageError):
    """What was to be copied cannot be read."""

    code = "storage.source-unreadable"


class NotErasable(StorageError):
    """Write-once medium: what lies there stays until the medium is destroyed."""

    code = "storage.not-erasable"


class WarrantVoid(StorageError):
    """The permission to remove is missing, expired or made for another copy."""

    code = "storage.warrant-void"


class SourceDamaged(StorageError):
    """A file that was to be copied has another digest than it should have; nothing was published."""

    code = "storage.source-damaged"


class NotWrittenRight(StorageError):
    """What was read back from the medium is not what was written; nothing was published."""

    code = "storage.not-written-right"


class NotBlank(StorageError):
    """A write-once medium that holds something already; a second session is never written."""

    code = "storage.not-blank"


class ToolFailed(StorageError):
    """A program that this kind of medium needs is not installed or gave up."""

    code = "storage.tool-failed"
