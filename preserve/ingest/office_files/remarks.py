"""What was noted of a document, kind by kind, each with the first few of its places."""

from __future__ import annotations

from dataclasses import dataclass, field

from metadata.findings import Finding, Severity

_SHOWN = 12
_LONGEST = 60

KINDS: dict[str, tuple[Severity, str]] = {
    "field-frozen": ("note", "fields as they stood when it was last saved, not filled in anew"),
    "field-empty": ("warning", "fields that were filled in when it was shown, and whose value was never saved"),
    "field-live": ("warning", "fields that are filled in anew and could not be held as they stood"),
    "formula-frozen": ("note", "formulas such as TODAY or RAND, held as last saved and not recalculated"),
    "formula-live": ("warning", "formulas without a saved result, recalculated when the copy was made"),
    "tracked-change": ("warning", "tracked changes that nobody has accepted or refused"),
    "comment": ("warning", "comments"),
    "hidden-text": ("warning", "hidden text"),
    "hidden-sheet": ("warning", "hidden sheets"),
    "hidden-rows": ("warning", "hidden rows"),
    "hidden-columns": ("warning", "hidden columns"),
    "hidden-object": ("warning", "hidden drawings and pictures"),
    "outside-print-range": ("warning", "cells outside of the print range"),
    "cut-text": ("warning", "cells whose text is cut, or shown as ###"),
    "hidden-slide": ("warning", "hidden slides"),
    "speaker-notes": ("warning", "notes of the speaker"),
    "embedded": ("warning", "documents, sound or pictures embedded in it, beyond their picture on the page"),
    "link": ("warning", "links to other files, which are not followed"),
    "macro": ("warning", "macros"),
    "not-looked-through": ("warning", "parts that could not be looked through"),
}
"""Severity of each kind, and what it is in the event of the derived file."""


_OF_THE_PROGRAM = frozenset(("field-frozen", "field-empty", "field-live", "formula-frozen", "formula-live"))
"""Of these another form of the document, written by the program just now, says nothing."""


@dataclass(slots=True)
class Remarks:
    """Filled while a document is looked through."""

    places: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, place: str = "", count: int = 1) -> None:
        """One more of this kind; the same place is named once."""
        self.counts[kind] = self.counts.get(kind, 0) + count
        short = " ".join(place.split())
        short = short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
        places = self.places.setdefault(kind, [])
        if short and short not in places and len(places) <= _SHOWN:
            places.append(short)

    def join(self, other: Remarks) -> None:
        """Those of another look at the same document, where this one has none of the kind."""
        for kind, count in other.counts.items():
            if kind not in self.counts and kind not in _OF_THE_PROGRAM:
                self.counts[kind], self.places[kind] = count, list(other.places.get(kind, ()))

    def _where(self, kind: str) -> str:
        places = self.places.get(kind, [])
        return "; ".join(places[:_SHOWN]) + ("; …" if len(places) > _SHOWN else "") or "—"

    def findings(self, name: str) -> tuple[Finding, ...]:
        """A finding for each kind, in the order of KINDS; `name` is the depositor's name of the document."""
        return tuple(
            Finding(
                f"derivative.{kind}", name, severity, {"count": self.counts[kind], "where": self._where(kind) or "—"}
            )
            for kind, (severity, _) in self._noted()
        )

    def sentences(self) -> tuple[str, ...]:
        """What the copy lacks, for the event: a sentence for each kind that a person is warned of."""
        return tuple(self._sentence(kind, words) for kind, (severity, words) in self._noted() if severity != "note")

    def held(self) -> tuple[str, ...]:
        """What the copy shows as it was last saved, for the event."""
        return tuple(self._sentence(kind, words) for kind, (severity, words) in self._noted() if severity == "note")

    def _noted(self) -> list[tuple[str, tuple[Severity, str]]]:
        return [(kind, about) for kind, about in KINDS.items() if self.counts.get(kind)]

    def _sentence(self, kind: str, words: str) -> str:
        where = self._where(kind)
        return f"{words}: {self.counts[kind]}" + (f" ({where})" if where != "—" else "")
