"""Verifies a package from what lies there alone: bag, E-ARK information package, METS, PREMIS, and every byte."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from metadata.bag import DECLARATION
from metadata.bag_rules import LINE_RULES, kinds
from metadata.bag_rules import RULES as BAG_RULES
from metadata.csip import BAG_PROFILE, METS
from metadata.differing import differing, differing_packed, put_aside
from metadata.errors import BagUnreadable, XMLRefused
from metadata.findings import Finding
from metadata.fixity import Comparison, Fixity, Reading, Said
from metadata.inventory import Inventory, take_inventory
from metadata.opened import OpenedBag, look_at, open_bag, read_manifests

if TYPE_CHECKING:
    from metadata.information_package import PackageReading
    from metadata.packed import Packed

Differ = Callable[[list[Said]], Iterator[Finding]]
Kind = Literal["bag", "aip", "ip"]
"""A plain bag; a bag with an information package of ours; an information package that somebody else made."""
Verdict = Literal["valid", "valid-with-warnings", "not-valid"]
_LOST = frozenset(("csip.checksum-differs", "ip.target-missing", "ip.size-differs")) | frozenset(
    f"bag.{name}"
    for name in (
        *("digest-differs", "tag-digest-differs", "file-missing", "tag-file-missing", "file-unreadable"),
        *("payload-oxum-differs", "archive-damaged"),
    )
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `files` and `size` (bytes) count the payload, `digests` those compared, `seconds` the time."""

    findings: tuple[Finding, ...]
    files: int
    size: int
    digests: int
    seconds: float
    kind: Kind

    @property
    def verdict(self) -> Verdict:
        """What it comes to: warnings are departures from the standard that leave no doubt about any byte."""
        if not self.intact:
            return "not-valid"
        warned = any(finding.severity == "warning" for finding in self.findings)
        return "valid-with-warnings" if warned else "valid"

    @property
    def damaged(self) -> bool:
        """Whether bytes are lost or are not those that were listed: nothing but another copy mends that."""
        return any(finding.code in _LOST and finding.severity == "error" for finding in self.findings)

    @property
    def intact(self) -> bool:
        """Nothing is wrong; warnings and notes do not count."""
        return not any(finding.severity in ("refuse", "error") for finding in self.findings)


def verify_package(
    path: Path,
    *,
    structure_only: bool = False,
    from_medium: bool = False,
    workers: int = 2,
    progress: Callable[[int], None] = lambda moved: None,
) -> Report:
    """Check a bag by RFC 8493, and the information package in it where there is one.

    `structure_only` leaves the digests of the files unread; `from_medium` drops each file from the cache before it is
    read; `progress` is told the bytes read, a chunk at a time. Links are never followed, and nothing outside of `path`
    is opened. What is wrong with the package is a finding, never raised; raises SchemaMissing, and RuntimeError when
    a worker process dies.
    """
    started = time.monotonic()
    path = Path(path)
    if path.is_symlink() or not path.is_dir():
        return Report((Finding("bag.not-a-folder", str(path)),), 0, 0, 0, 0.0, "bag")
    reading = None if structure_only else Reading(str(path), from_medium, workers, progress)
    counted = Fixity()
    differ = partial(differing, reading=reading, counted=counted)
    if not os.path.lexists(path / DECLARATION) and (path / METS).is_file() and not (path / METS).is_symlink():
        return _bare(path, take_inventory(path), differ, counted, started)
    if structure_only:
        bag = open_bag(path, LINE_RULES)
        return _report(bag, *_judged(bag, differ), 0, started)
    # The files are read while others are still found, then manifests read, rules asked and XML parsed.
    with Comparison(path, from_medium=from_medium, workers=workers, progress=progress) as comparison:
        bag = look_at(path, seen=comparison.seen)
        comparison.all_seen()
        read_manifests(bag, LINE_RULES)
        comparison.listed()
        kind, findings = _judged(bag, differ)
        compared = comparison.result()
    return _report(bag, kind, [*findings, *compared.findings], compared.digests, started)


def verify_packed(
    packed: Packed, name: str, *, structure_only: bool = False, progress: Callable[[int], None] = lambda moved: None
) -> Report:
    """As `verify_package`, of a bag in an archive whose file is called `name`; the archive is listed, then read once.

    Raises whatever the archive raises where it is damaged.
    """
    import tempfile  # what nothing else here needs is not there when a folder is verified

    from metadata.packed import compare, gather, list_packed

    started = time.monotonic()
    listed = list_packed(packed.entries())
    counted = Fixity()
    differ = partial(
        differing_packed, packed=packed, listed=listed, read=not structure_only, counted=counted, progress=progress
    )
    if DECLARATION not in listed.inventory.files and METS in listed.inventory.files:
        with tempfile.TemporaryDirectory(prefix="preserve-ip-") as folder:
            place = Path(folder, listed.top.rstrip("/") or name.partition(".")[0])
            put_aside(packed, listed, place)
            report = _bare(place, listed.inventory, differ, counted, started)
        return replace(report, findings=(*listed.findings, *report.findings))
    with tempfile.TemporaryDirectory(prefix="preserve-bag-") as folder:
        digests = gather(packed, listed, Path(folder), payload=not structure_only, progress=progress)
        own = listed.top.rstrip("/") or name.partition(".")[0]
        bag = open_bag(Path(folder), LINE_RULES, listed.inventory, own)
        kind, findings = _judged(bag, differ)
    wrong, count = ([], 0) if structure_only else compare(bag, digests)
    return _report(bag, kind, [*listed.findings, *findings, *wrong], count, started)


def _judged(bag: OpenedBag, differ: Differ) -> tuple[Kind, list[Finding]]:
    """What every rule says of a bag that was opened; the longest reading begins first."""
    packages = _Packages(bag, differ)
    findings = list(bag.findings)
    for rule in BAG_RULES:
        findings.extend(rule(bag))
    more = packages.findings()
    return packages.kind, [*findings, *more]


def _report(bag: OpenedBag, kind: Kind, findings: list[Finding], digests: int, started: float) -> Report:
    return Report(tuple(findings), *bag.payload, digests, time.monotonic() - started, kind)


def _bare(path: Path, inventory: Inventory, differ: Differ, counted: Fixity, started: float) -> Report:
    """An information package without a bag around it: METS alone says what its files should be."""
    from metadata.csip_rules.judging import judge

    judged = judge(path, "", inventory.files)
    findings = (*kinds.in_inventory(inventory), *judged.findings, *differ(judged.said))
    size = sum(inventory.files.values())
    return Report(findings, len(inventory.files), size, counted.digests, time.monotonic() - started, "ip")


class _Packages:
    """The information packages of a bag: what kind of package that makes it, and what is to be said of them."""

    def __init__(self, bag: OpenedBag, differ: Differ) -> None:
        self._bag, self._differ = bag, differ
        self.kind: Kind = "bag"
        self._names: list[str] = []
        self._reading: PackageReading | None = None
        if not bag.packaged:
            return
        # lxml takes a while to import, and a plain bag does not need it.
        from metadata.information_package import PackageReading, package_names

        self._names = package_names(bag)
        if self._names and _is_ours(bag, self._names[0]):
            self.kind = "aip"
            self._reading = PackageReading(bag, self._names[0])
        elif self._names:
            self.kind = "ip"
        elif bag.claims_a_package:
            self.kind = "aip"

    def findings(self) -> Iterator[Finding]:
        if not self._names and self.kind == "aip":
            yield Finding("ip.root-mets-missing", "data")
        if len(self._names) > 1:
            yield Finding("ip.more-than-one", "data", values={"names": ", ".join(self._names)})
        if self.kind == "ip":
            yield from _others(self._bag, self._names[0], self._differ)
        if self._reading is None:
            return
        from metadata.ip_rules import RULES as IP_RULES

        package = self._reading.finish()
        yield from package.findings
        for rule in IP_RULES:
            yield from rule(package)


def _is_ours(bag: OpenedBag, name: str) -> bool:
    """Whether this program made the package: bag or METS says so. What claims neither is held to CSIP alone."""
    try:
        if dict(bag.info()).get("BagIt-Profile-Identifier") == BAG_PROFILE:
            return True
    except BagUnreadable:
        pass  # the rule for bag-info.txt says it
    from metadata.mets import CONTENT_TYPE, read_identity

    try:
        return read_identity(bag.root / "data" / name / METS).content_type == CONTENT_TYPE
    except (XMLRefused, OSError):
        return True  # nothing can be told from it: the stricter rules say what is wrong


def _others(bag: OpenedBag, name: str, differ: Differ) -> Iterator[Finding]:
    from metadata.csip_rules.judging import judge

    prefix = f"data/{name}/"
    judged = judge(bag.root, prefix, bag.inventory.below(prefix))
    yield from judged.findings
    unread = []
    for said in judged.said:
        digest = bag.payload_digest(said.algorithm, said.path)
        if digest is None:
            unread.append(said)
        elif digest != said.digest:
            yield Finding("csip.checksum-differs", said.path, values={"algorithms": said.algorithm})
    # The bag's manifests are compared with the bytes already; only other algorithms ask for another reading.
    yield from differ(unread)
