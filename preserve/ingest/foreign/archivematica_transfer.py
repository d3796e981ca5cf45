"""Archivematica's transfers: `objects/` beside `metadata/` with tables that say something of the files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from metadata.bag_names import name_key
from preserve.errors import Refused
from preserve.ingest.foreign.hrefs import Paths
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of

_MARKS = re.compile(
    r"(?i)metadata/(?:(?:metadata|rights|source-metadata)\.csv|identifiers\.json|checksum\.(?:md5|sha\d+)"
    r"|submissionDocumentation/.+|transfer_metadata\.xml)"
)
_ASIDE = ("metadata/", "logs/")
_OWN = ("processingMCP.xml", "README.html")
_LARGEST = 64 << 20
_MOST_ROWS = 1_000_000
_LONGEST = 4000
_DATA = "data/"  # what bags call it in tables


class ArchivematicaTransfer:
    """Content is `objects/`; where there is none, all but the metadata."""

    kind = "archivematica-transfer"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """One of the tables or folders in `metadata/` that only such transfers have."""
        return any(_MARKS.fullmatch(path.removeprefix(top)) for path in paths_of(entries) if path.startswith(top))

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where a table cannot be read as text."""
        paths = [path for path in paths_of(entries) if path.startswith(top)]
        inside = [path.removeprefix(top) for path in paths]
        objects = "objects/" if any(name.startswith("objects/") for name in inside) else ""
        content = [
            path
            for path, name in zip(paths, inside, strict=True)
            if name.startswith(objects) and not name.startswith(_ASIDE) and name not in _OWN
        ]
        table = next((path for path in paths if path.removeprefix(top).lower() == "metadata/metadata.csv"), "")
        rows = _Rows(content, top, objects)
        if table:
            for row in _table(source, table):
                rows.take(row)
        return ForeignPackage(
            self.kind,
            "",
            content,
            {path: path.removeprefix(top + objects) for path in content},
            unknown=tuple(rows.unknown),
            said=tuple(rows.said),
            said_of={path: tuple(said) for path, said in rows.said_of.items()},
        )


class _Rows:
    """The rows of `metadata.csv`, each about a file, a folder, or the whole."""

    def __init__(self, content: Sequence[str], top: str, objects: str) -> None:
        self.said: list[tuple[str, str]] = []
        self.said_of: dict[str, list[tuple[str, str]]] = {}
        self.unknown: list[str] = []
        self._top = top
        self._paths = Paths(content, top)
        self._folders = {above for path in content for above in folders_of(path.removeprefix(top + objects))}

    def take(self, row: list[tuple[str, str]]) -> None:
        """One row: columns with their values, the file's name first."""
        name = row[0][1].replace("\\", "/").strip().strip("/")
        said = [(column.replace(".", ":", 1), value) for column, value in row[1:] if value and "." in column]
        if (path := self._meant(name)) is not None:
            self.said_of.setdefault(path, []).extend(said)
        elif name in ("", ".", "objects", "data", "data/objects"):
            self.said += said
        elif not self._is_folder(name):
            self.unknown.append(name[:200])

    def _meant(self, name: str) -> str | None:
        """`objects/` may stand there without such a folder on the disk, or be left out; bags say `data/`."""
        bare = name.removeprefix(_DATA)
        for form in dict.fromkeys((name, bare, bare.removeprefix("objects/"), "objects/" + bare)):
            if form and (path := self._paths.meant(form, self._top)) is not None:
                return path
        return None

    def _is_folder(self, name: str) -> bool:
        return name_key(name.removeprefix(_DATA).removeprefix("objects/")) in self._folders


def folders_of(path: str) -> Iterator[str]:
    """The folders that a path lies in, in the form in which names are compared."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield name_key(path)


def _table(source: Source, path: str) -> Iterator[list[tuple[str, str]]]:
    """The rows of a table, columns by name, blanks around values gone; lines may end as on old Macs."""
    text = _text(source.read(path, _LARGEST), path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text))
    try:
        heads = [head.strip() for head in next(reader, [])]
        for number, row in enumerate(reader):
            if number >= _MOST_ROWS:
                raise Refused("foreign.unreadable", path, reason=f"> {_MOST_ROWS}")
            if any(cell.strip() for cell in row):
                yield [(head, cell.strip()[:_LONGEST]) for head, cell in zip(heads, row, strict=False)]
    except csv.Error as error:
        raise Refused("foreign.unreadable", path, reason=str(error)[:200]) from error


def _text(data: bytes, path: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("foreign.unreadable", path, reason="encoding")
