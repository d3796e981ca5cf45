"""Verifies a package from what lies there alone: bag, E-ARK information package, METS, PREMIS, and every byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from metadata.bag import INFO, read_info
from metadata.bag_rules import LINE_RULES
from metadata.bag_rules import RULES as BAG_RULES
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from metadata.fixity import Fixity, check_fixity
from metadata.opened import OpenedBag, open_bag

Kind = Literal["bag", "aip"]


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
    bag = open_bag(path, LINE_RULES)
    fixity = _Reading(bag, from_medium, workers, progress)
    if not structure_only:
        fixity.start()
    findings = list(bag.findings)
    for rule in BAG_RULES:
        findings.extend(rule(bag))
    kind, more = _packages(bag)
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
    try:
        return INFO in bag.inventory.files and any(
            label == "E-ARK-Package-Type" for label, _ in read_info(bag.root / INFO)
        )
    except BagUnreadable:
        return False


def _packages(bag: OpenedBag) -> tuple[Kind, list[Finding]]:
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
