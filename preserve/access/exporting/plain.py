"""The plain form, to be opened in thirty years with nothing of ours: folders by year and case, tables, a text to read.

Originals have the names they came with, as far as every file system takes them; the tables hold them letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from metadata import csip
from metadata.names import one_name, safe_names
from preserve.access.exporting.catalogue import CaseLine, FileLine, write_tables
from preserve.access.exporting.holding import Held
from preserve.access.exporting.layout import Layout
from preserve.access.exporting.model import Item
from preserve.access.transfer.profile import read_transfer_profile
from preserve.data_management import cases, object_index
from preserve.data_management.object_index import ObjectRow
from preserve.description.matching import described
from preserve.messages import LANGUAGES, say, speaking
from storage_adapters.durable import write_file

_TITLE = 40  # characters of a case's number and title in the name of its folder


class Folders(Layout):
    """A folder a year, a folder a case in it; in that the originals, what is easily read, and the description."""

    def place(self, item: Item) -> str:
        """Year, then number and title of the case; the end of its identifier keeps it apart from its like."""
        with self.archive.catalogue.read() as connection:
            closed = cases.read(connection, item.objid).closed or ""
        named = one_name(f"{item.case_number} {item.title}"[:_TITLE])
        (name,) = safe_names([f"{named} {item.objid[-8:]}"])
        return f"{closed[:4] or say('exporting.no-year')}/{name}"

    def plan(self, package: Held) -> dict[str, str]:
        """Originals, access copies, and what describes them."""
        plan = {
            f"{say(f'exporting.folder-{row.representation}')}/{row.path.removeprefix('data/')}": package.of(row)
            for row in package.rows
            if row.representation in ("original", "access")
        }
        about = say("exporting.folder-about")
        for name in (csip.CASE, csip.DUBLIN_CORE, csip.PREMIS, "documentation/compliance.pdf"):
            if package.base + name in package.files:
                plan[f"{about}/{Path(name).name}"] = package.base + name
        premis = f"representations/original/{csip.PREMIS}"
        if package.base + premis in package.files:
            plan[f"{about}/premis-original.xml"] = package.base + premis
        return plan

    def finish(self, items: Iterable[Item], folder: Path) -> None:
        """The tables over all cases, and what the whole is, in both languages."""
        write_tables(folder, self._lines(items))
        text = ""
        for language in LANGUAGES:  # whoever opens it may read either
            with speaking(language):
                institution = self.archive.home.settings.institution
                text += say("exporting.readme", institution=institution, number=self.export.number) + "\n\n"
        write_file(folder / "README.txt", text.encode("utf-8"))

    def _lines(self, items: Iterable[Item]) -> Iterator[tuple[CaseLine, list[FileLine]]]:
        for item in items:
            yield self._line(item)

    def _line(self, item: Item) -> tuple[CaseLine, list[FileLine]]:
        with self.archive.catalogue.read() as connection:
            case = cases.read(connection, item.objid)
            rows = object_index.of_version(connection, item.objid, int(item.package.rpartition("_v")[2]), "original")
        told, words = case.description, read_transfer_profile(self.archive.home.profiles)
        place = self.place(item)
        line = CaseLine(
            case_number=case.case_number,
            archival_number=case.archival_number,
            title=case.title,
            cause=case.cause,
            producer=case.producer,
            started=case.started or "",
            closed=case.closed or "",
            retention=words.retention.get(told.retention.value, told.retention.value),
            classification=words.secrecy.get(told.strictest.value, told.strictest.value),
            files=sum(row.path not in object_index.DESCRIPTIONS for row in rows),
            folder=place,
            objid=item.objid,
        )
        names = described(told)
        return line, [_file(place, case.case_number, row, names.find(row.deposited or row.name)) for row in rows]


def _file(place: str, case_number: str, row: ObjectRow, about: object) -> FileLine:
    def told(name: str) -> str:
        return str(getattr(about, name, "") or "")

    return FileLine(
        case_number=case_number,
        name=row.name,
        kind=told("kind"),
        title=told("title"),
        date=told("date"),
        format=" ".join(filter(None, (row.format_name, row.format_version, row.puid or ""))),
        size=row.size,
        sha256=row.sha256,
        path=f"{place}/{say('exporting.folder-original')}/{row.path.removeprefix('data/')}",
    )
