"""A deposit that is a BagIt bag: what its manifests say, which is the depositor's word and is checked.

The reader and the rules are those of `preserve verify`; here they are asked of a deposit wherever it lies.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from metadata.bag_rules import LINE_RULES, RULES
from metadata.findings import Finding, Value
from metadata.opened import OpenedBag, known, open_bag
from metadata.packed import compare, gather, list_packed
from preserve.ingest.declared import Wanted
from preserve.ingest.sources import Entry, Source

# What is said of a package of ours advises to take another copy; of a deposit, to ask whoever handed it in.
_OF_DEPOSITS = {
    "bag.payload-manifest-missing": "sip.bag-no-manifest",
    "bag.file-missing": "sip.bag-file-missing",
    "bag.tag-file-missing": "sip.bag-file-missing",
    "bag.file-not-listed": "sip.bag-file-unlisted",
    "bag.unreadable": "sip.bag-manifest-unreadable",
    "bag.tag-digest-differs": "sip.bag-tag-differs",
    "bag.fetch-present": "sip.bag-fetch",
}

_OF_BAGS = re.compile(r"bagit\.txt|bag-info|package-info|fetch\.txt|manifest-|tagmanifest-")
_LARGEST_TAG = 4 << 20
_MOST_TAGS = 24


def read_bag(
    source: Source, entries: Collection[Entry], top: str, litter: Collection[str], scratch: Path | None
) -> tuple[dict[str, tuple[Wanted, ...]], list[Finding]]:
    """The digests that the payload manifests declare, by path in the deposit, and what is to be said of the bag.

    Files of `litter` need not be listed: they are left out. The bag's own files are put aside in `scratch` meanwhile.
    """
    listed = list_packed(entries, top)
    with tempfile.TemporaryDirectory(prefix="bag-", dir=scratch) as folder:
        digests = gather(source, listed, Path(folder), payload=False, progress=lambda moved: None)
        bag = open_bag(Path(folder), LINE_RULES, listed.inventory, top.rstrip("/") or "bag")
        findings = [*listed.findings, *bag.findings, *compare(bag, digests)[0]]
        for rule in RULES:
            findings += rule(bag)
    left_out = {path.removeprefix(top) for path in litter}
    said = [
        _of_deposit(finding, top)
        for finding in findings
        if not (finding.code in ("bag.file-not-listed", "bag.tag-file-not-listed") and finding.where in left_out)
    ]
    return _wanted(bag, top), said


def _wanted(bag: OpenedBag, top: str) -> dict[str, tuple[Wanted, ...]]:
    wanted: dict[str, tuple[Wanted, ...]] = {}
    for manifest in bag.payload_manifests:
        for path, digest in bag.digests[manifest.name].items() if known(manifest) else ():
            wanted[top + path] = (*wanted.get(top + path, ()), Wanted(manifest.algorithm, digest, manifest.name))
    return wanted


def _of_deposit(finding: Finding, top: str) -> Finding:
    """As it is said to whoever hands in: an error of a bag refuses the deposit."""
    severity = "refuse" if finding.severity == "error" else finding.severity
    code = _OF_DEPOSITS.get(finding.code, finding.code) if severity == "refuse" else finding.code
    values = dict(finding.values)
    if code == "sip.bag-tag-differs":
        values["algorithm"] = values.pop("algorithms", "")
    return replace(
        finding, code=code, where=top + finding.where if finding.where else "", severity=severity, values=values
    )


def kept_files(
    entries: Sequence[Entry], tags: tuple[str, ...], top: str, described: str
) -> tuple[tuple[str, ...], list[Finding]]:
    """A bag's own files that go into the package's documentation, those of the standard first, and those that do not.

    The package lists each of them in a document that must stay small.
    """

    def of_bags(path: str) -> bool:
        return path == described or bool(_OF_BAGS.match(path.removeprefix(top)))

    own = sorted((path for path in tags if "/" not in path.removeprefix(top)), key=lambda path: not of_bags(path))
    asked = frozenset(own)
    sizes = {entry.path: entry.size for entry in entries if entry.path in asked} if own else {}
    kept = [path for path in own if of_bags(path) or sizes[path] <= _LARGEST_TAG][:_MOST_TAGS]
    left = [path for path in tags if path not in kept]
    values: dict[str, Value] = {"count": len(left), "names": ", ".join(left[:5])}
    return tuple(kept), [Finding("sip.bag-tags-left", "", "warning", values)] if left else []
