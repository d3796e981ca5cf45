"""eark-validator without a network: the vocabularies that it would fetch while imported are shipped with it."""

from __future__ import annotations

import importlib.util
import io
import urllib.request
from pathlib import Path
from typing import Any

VERSIONS = ("V2.0.4", "V2.1.0")


def _offline(url: Any, *_: Any, **__: Any) -> io.BytesIO:
    name = str(getattr(url, "full_url", url)).rsplit("/", 1)[-1]
    spec = importlib.util.find_spec("eark_validator")
    assert spec is not None and spec.origin is not None
    return io.BytesIO((Path(spec.origin).parent / "ipxml/resources/vocabs" / name).read_bytes())


def validate(package: Path, version: str) -> tuple[list[str], list[str]]:
    """Errors and warnings about an information package (the folder that holds METS.xml)."""
    before = urllib.request.urlopen
    urllib.request.urlopen = _offline  # type: ignore[assignment]
    try:
        from eark_validator.packages import PackageValidator
        from eark_validator.specifications.specification import SpecificationVersion
    finally:
        urllib.request.urlopen = before
    report = PackageValidator(package, SpecificationVersion(version)).validation_report
    return _by_severity(report)


def _by_severity(report: Any) -> tuple[list[str], list[str]]:
    metadata = report.metadata
    results = [*report.structure.messages, *metadata.schema_results.messages, *metadata.schematron_results.messages]
    told: dict[str, list[str]] = {"ERROR": [], "WARNING": []}
    for one in results:
        kind = str(getattr(one.severity, "name", one.severity)).upper()
        key = "ERROR" if kind.startswith("ERR") else "WARNING" if kind.startswith("WARN") else ""
        if key:
            told[key].append(f"{one.rule_id} {one.location} {one.message}")
    return told["ERROR"], told["WARNING"]
