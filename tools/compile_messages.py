"""Compile `preserve/messages/locale/*/LC_MESSAGES/*.po` to `.mo`; run it after editing a catalogue."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(locale: Path) -> list[Path]:
    """Write a `.mo` beside each `.po` that is newer; return those written. Raises ValueError on a bad catalogue."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, domain=source.stem, abort_invalid=True)
        fuzzy_or_empty = [m.id for m in catalogue if m.id and (m.fuzzy or not m.string)]
        if fuzzy_or_empty:
            raise ValueError(f"{source}: untranslated: {fuzzy_or_empty}")
        partial = target.with_suffix(".mo.part")
        with partial.open("wb") as stream:
            write_mo(stream, catalogue)
        partial.replace(target)
        written.append(target)
    return written


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "preserve/messages/locale"
    for path in compile_all(root):
        print(path)
