"""Compile the catalogues (`preserve/messages/*/*/LC_MESSAGES/*.po`) to `.mo`; run it after editing one.

A domain may stand in several files: `cli.po`, `cli.media.po`, `cli.audit.po` all make `cli.mo`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = ("preserve/messages/locale", "preserve/messages/click")
"""Our own sentences, and those of the library of the command line."""


def domains(folder: Path) -> dict[str, list[Path]]:
    """The files of each domain in the folder of a language: what stands before the first dot of their names."""
    files: dict[str, list[Path]] = {}
    for source in sorted(folder.glob("*.po")):
        files.setdefault(source.name.partition(".")[0], []).append(source)
    return files


def read_domain(files: list[Path]) -> Catalog:
    """One catalogue of all files of a domain. Raises ValueError for what is not translated or stands there twice."""
    whole = Catalog()
    for source in files:
        with source.open("rb") as stream:
            part = read_po(stream, abort_invalid=True)
        fuzzy_or_empty = [m.id for m in part if m.id and (m.fuzzy or not m.string)]
        if fuzzy_or_empty:
            raise ValueError(f"{source}: untranslated: {fuzzy_or_empty}")
        twice = [m.id for m in part if m.id and m.id in whole]
        if twice:
            raise ValueError(f"{source}: in another file of this domain too: {twice}")
        for message in part:
            if message.id:
                whole[message.id] = message
        whole.locale = whole.locale or part.locale
    return whole


def compile_all(locale: Path) -> list[Path]:
    """Write each `.mo` that has a newer `.po`; return those written. Raises ValueError on a bad catalogue."""
    written = []
    for folder in sorted(locale.glob("*/LC_MESSAGES")):
        for domain, files in domains(folder).items():
            target = folder / f"{domain}.mo"
            newest = max(file.stat().st_mtime_ns for file in files)
            if target.exists() and target.stat().st_mtime_ns >= newest:
                continue
            partial = target.with_suffix(".mo.part")
            with partial.open("wb") as stream:
                write_mo(stream, read_domain(files))
            partial.replace(target)
            written.append(target)
    return written


if __name__ == "__main__":
    below = Path(__file__).parent.parent
    for root in [Path(name) for name in sys.argv[1:]] or [below / name for name in CATALOGUES]:
        for path in compile_all(root):
            print(path)
