"""Verifies a package from what lies there alone: bag, E-ARK information package, METS, PREMIS, and every byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from metadata.bag import DECLARATION, INFO, read_info
from metadata.bag_rules import LINE_RULES
from metadata.bag_rules import RULES as BAG_RULES
from metadata.csip import BAG_PROFILE, METS
from metadata.errors import BagUnreadable, XMLRefused
from metadata.findings import Finding
from metadata.fixity import Fixity, Reading, check_fixity, compare
from metadata.hashing import Job
from metadata.inventory import Inventory, take_inventory
from metadata.opened import OpenedBag, open_bag

Kind = Literal["bag", "aip", "ip"]
"""A plain bag; a bag with an information package of ours; an information package that somebody else made."""


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
    if not (path / DECLARATION).exists() and (path / METS).is_file():
        reading = None if structure_only else Reading(str(path), from_medium, workers, progress)
        return _bare(path, reading, started)
    bag = open_bag(path, LINE_RULES)
    fixity = _Reading(bag, from_medium, workers, progress)
    if not structure_only:
        fixity.start()
    findings = list(bag.findings)
    for rule in BAG_RULES:
        findings.extend(rule(bag))
    kind, more = _packages(bag, None if structure_only else Reading(str(path), from_medium, workers, progress))
    findings.extend(more)
    if not structure_only:
        findings.extend(fixity.join().findings)
    payload = [size for name, size in bag.inventory.files.items() if name.startswith("data/")]
    return Report(
        tuple(_printable(finding) for finding in findings),
        len(payload),
        sum(payload),
        fixity.result.digests,
        time.monotonic() - started,
        kind,
    )


def _bare(path: Path, reading: Reading | None, started: float) -> Report:
    """An information package without a bag around it: METS alone says what its files should be."""
    from metadata.csip_rules.judging import judge

    inventory = take_inventory(path)
    judged = judge(path, "", inventory.files)
    counted = Fixity()
    findings = [*_refused(inventory), *judged.findings, *_differing(judged.jobs, reading, counted)]
    shown = tuple(_printable(finding) for finding in findings)
    size = sum(inventory.files.values())
    return Report(shown, len(inventory.files), size, counted.digests, time.monotonic() - started, "ip")


def _refused(inventory: Inventory) -> Iterator[Finding]:
    """What is neither file nor folder, and what could not be read."""
    for name in inventory.links:
        yield Finding("bag.link", name)
    for name in inventory.devices:
        yield Finding("bag.device", name)
    for name, reason in inventory.unreadable.items():
        yield Finding("bag.file-unreadable", name, values={"reason": reason})


def _differing(jobs: list[Job], reading: Reading | None, counted: Fixity) -> Iterator[Finding]:
    """The files whose bytes are not those that METS describes."""
    if reading is None:
        return
    for path, algorithms, reason in compare(iter(jobs), reading, counted):
        if reason:
            yield Finding("bag.file-unreadable", path, values={"reason": reason})
        else:
            yield Finding("csip.checksum-differs", path, values={"algorithms": algorithms})


class _Reading:
    """The files are read while rules are asked and XML is parsed."""

    def __init__(self, bag: OpenedBag, from_medium: bool, workers: int, progress: Callable[[int], None]) -> None:
        self.result = Fixity()
        self._error: BaseException | None = None

        def run() -> None:
            try:
                self.result = check_fixity(bag, from_medium=from_medium, workers=workers, progress=progress)
            except BaseException as error:  # noqa: BLE001 - raised again by join
                self._error = error

        self._thread = threading.Thread(target=copy_context().run, args=(run,), name="fixity", daemon=True)
        self.start = self._thread.start

    def join(self) -> Fixity:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self.result


def _claims_a_package(bag: OpenedBag) -> bool:
    """Whether bag-info.txt says that an E-ARK package lies within (AIP 2.2 §5)."""
    return "E-ARK-Package-Type" in _info(bag)


def _info(bag: OpenedBag) -> dict[str, str]:
    try:
        return dict(read_info(bag.root / INFO)) if INFO in bag.inventory.files else {}
    except BagUnreadable:
        return {}


def _packages(bag: OpenedBag, reading: Reading | None) -> tuple[Kind, list[Finding]]:
    if not _claims_a_package(bag) and not any(name.endswith("/METS.xml") for name in bag.inventory.files):
        return "bag", []
    # lxml takes a while to import, and a plain bag does not need it.
    from metadata.information_package import package_names, read_package
    from metadata.ip_rules import RULES as IP_RULES

    findings: list[Finding] = []
    names = package_names(bag)
    if not names and _claims_a_package(bag):
        return "aip", [Finding("ip.root-mets-missing", "data")]
    if len(names) > 1:
        findings.append(Finding("ip.more-than-one", "data", values={"names": ", ".join(names)}))
    for name in names[:1]:
        if not _is_ours(bag, name):
            return "ip", [*findings, *_others(bag, name, reading)]
        package = read_package(bag, name)
        findings.extend(package.findings)
        for rule in IP_RULES:
            findings.extend(rule(package))
    return ("aip" if names else "bag"), findings


def _is_ours(bag: OpenedBag, name: str) -> bool:
    """Whether this program made the package: bag or METS says so. What claims neither is held to CSIP alone."""
    if _info(bag).get("BagIt-Profile-Identifier") == BAG_PROFILE:
        return True
    from metadata.mets import CONTENT_TYPE, read_identity

    try:
        return read_identity(bag.root / "data" / name / METS).content_type == CONTENT_TYPE
    except (XMLRefused, OSError):
        return True  # nothing can be told from it: the stricter rules say what is wrong


def _others(bag: OpenedBag, name: str, reading: Reading | None) -> Iterator[Finding]:
    from metadata.csip_rules.judging import judge

    listed = frozenset(manifest.algorithm for manifest in bag.payload_manifests)
    prefix = f"data/{name}/"
    judged = judge(bag.root, prefix, bag.inventory.below(prefix))
    for job in judged.jobs:
        path, (algorithm,), (said,), _ = job
        digest = bag.payload_digest(algorithm, path) if algorithm in listed else None
        if digest is not None and digest != said:
            yield Finding("csip.checksum-differs", path, values={"algorithms": algorithm})
    yield from judged.findings
    # The bag's manifests are compared with the bytes already; only other algorithms ask for another reading.
    unread = [job for job in judged.jobs if bag.payload_digest(job[1][0], job[0]) is None]
    yield from _differing(unread, reading, Fixity())


def _printable(finding: Finding) -> Finding:
    """Names that are not UTF-8 can be shown."""
    if finding.where.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in finding.where):
        return finding
    return replace(finding, where=finding.where.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
