"""Verifies a package from what lies there alone: bag, E-ARK information package, METS, PREMIS, and every byte."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from metadata.bag_rules import LINE_RULES
from metadata.bag_rules import RULES as BAG_RULES
from metadata.findings import Finding
from metadata.fixity import Fixity, check_fixity
from metadata.opened import OpenedBag, open_bag
from metadata.packed import Packed, compare, gather, list_packed

Kind = Literal["bag", "aip"]
Verdict = Literal["valid", "valid-with-warnings", "not-valid"]
_LOST = frozenset(
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
    bag = open_bag(path, LINE_RULES)
    fixity = _Reading(bag, from_medium, workers, progress)
    if not structure_only:
        fixity.start()
    kind, findings = _judged(bag)
    if not structure_only:
        findings.extend(fixity.join().findings)
    return _report(bag, kind, findings, fixity.result.digests, started)


def verify_packed(
    packed: Packed, name: str, *, structure_only: bool = False, progress: Callable[[int], None] = lambda moved: None
) -> Report:
    """As `verify_package`, of a bag in an archive whose file is called `name`; the archive is listed, then read once.

    Raises whatever the archive raises where it is damaged.
    """
    started = time.monotonic()
    listed = list_packed(packed.entries())
    with tempfile.TemporaryDirectory(prefix="preserve-bag-") as folder:
        digests = gather(packed, listed, Path(folder), payload=not structure_only, progress=progress)
        own = listed.top.rstrip("/") or name.partition(".")[0]
        bag = open_bag(Path(folder), LINE_RULES, listed.inventory, own)
        kind, findings = _judged(bag)
    differing, count = ([], 0) if structure_only else compare(bag, digests)
    return _report(bag, kind, [*listed.findings, *findings, *differing], count, started)


def _judged(bag: OpenedBag) -> tuple[Kind, list[Finding]]:
    """What every rule says of a bag that was opened."""
    findings = list(bag.findings)
    for rule in BAG_RULES:
        findings.extend(rule(bag))
    kind, more = _packages(bag)
    return kind, [*findings, *more]


def _report(bag: OpenedBag, kind: Kind, findings: list[Finding], digests: int, started: float) -> Report:
    payload = [size for name, size in bag.inventory.files.items() if name.startswith("data/")]
    shown = tuple(_printable(finding) for finding in findings)
    return Report(shown, len(payload), sum(payload), digests, time.monotonic() - started, kind)


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


def _packages(bag: OpenedBag) -> tuple[Kind, list[Finding]]:
    if not bag.packaged:
        return "bag", []
    # lxml takes a while to import, and a plain bag does not need it.
    from metadata.information_package import package_names, read_package
    from metadata.ip_rules import RULES as IP_RULES

    findings: list[Finding] = []
    names = package_names(bag)
    if not names and bag.claims_a_package:
        return "aip", [Finding("ip.root-mets-missing", "data")]
    if len(names) > 1:
        findings.append(Finding("ip.more-than-one", "data", values={"names": ", ".join(names)}))
    for name in names[:1]:
        package = read_package(bag, name)
        findings.extend(package.findings)
        for rule in IP_RULES:
            findings.extend(rule(package))
    return ("aip" if names else "bag"), findings


def _printable(finding: Finding) -> Finding:
    """Names that are not UTF-8 can be shown."""
    if finding.where.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in finding.where):
        return finding
    return replace(finding, where=finding.where.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
