"""What the METS documents of a package declare for its files, each reference followed to the file that it means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from preserve.ingest.declared import Wanted
from preserve.ingest.declared.forms import SIZES
from preserve.ingest.foreign.hrefs import Paths, leads_out
from preserve.ingest.foreign.mets_words import FileWord, MetsWords

_SHOWN = 200  # characters of a reference


@dataclass(slots=True)
class Listed:
    """By path: digests, sizes, and what METS says of the file with the document that says it.

    `missing`: references to files that are not there, with the document. `outside`: what leads out of the package.
    `algorithms`: what is no digest that is known here, as it was called.
    """

    wanted: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    files: dict[str, tuple[MetsWords, FileWord]] = field(default_factory=dict)
    missing: list[tuple[str, str]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    algorithms: set[str] = field(default_factory=set)


def listed(documents: Iterable[MetsWords], paths: Paths, top: str) -> Listed:
    """Follow every reference. What leads out of the package is told and not followed."""
    found = Listed()
    for mets in documents:
        for word in (*mets.files, *mets.documents):
            path = next((path for href in word.hrefs if (path := paths.meant(href, mets.path)) is not None), None)
            if path is None:
                href = word.hrefs[0][:_SHOWN]
                if all(map(leads_out, word.hrefs)):
                    found.outside.append(href)
                else:
                    found.missing.append((href, mets.path.removeprefix(top)))
                continue
            found.files.setdefault(path, (mets, word))
            if word.size is not None:
                found.sizes[path] = word.size
            source = mets.path.removeprefix(top)
            for algorithm, digest in mets.digests_of(word):
                if SIZES.get(algorithm) != len(digest):
                    found.algorithms.add(algorithm)
                    continue
                one = Wanted(algorithm, digest, source)
                if one not in found.wanted.get(path, ()):
                    found.wanted[path] = (*found.wanted.get(path, ()), one)
    return found
