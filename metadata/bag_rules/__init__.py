"""The rules of BagIt (RFC 8493 and the versions before it), one a module; `check` yields what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata.bag_rules import (
    completeness,
    declaration,
    fetch,
    info,
    kinds,
    line_digests,
    line_paths,
    names,
    payload_folder,
    payload_manifest,
    tag_manifests,
)
from metadata.findings import Finding
from metadata.opened import LineRule, OpenedBag

LINE_RULES: tuple[LineRule, ...] = (line_paths.check, line_digests.check)
RULES: tuple[Callable[[OpenedBag], Iterator[Finding]], ...] = (
    declaration.check,
    payload_folder.check,
    payload_manifest.check,
    kinds.check,
    completeness.check,
    tag_manifests.check,
    info.check,
    fetch.check,
    names.check,
)
