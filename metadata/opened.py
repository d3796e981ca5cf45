"""A bag read into memory as far as rules need it: what lies there, and what its manifests say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from metadata.bag import ALGORITHMS, DECLARATION, Manifest, ManifestLine, manifests, read_info, read_lines
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from metadata.inventory import Inventory, take_inventory

LineRule = Callable[[Manifest, ManifestLine], Finding | None]


@dataclass(slots=True)
class OpenedBag:
    """A bag. `digests` holds, a manifest, the digest in lower-case hex of each path that may be looked up."""

    root: Path
    inventory: Inventory
    version: str = ""
    manifests: tuple[Manifest, ...] = ()
    digests: dict[str, dict[str, str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # manifests that could not be read to their end
    findings: list[Finding] = field(default_factory=list)  # what the lines of the manifests gave cause for

    @property
    def payload_manifests(self) -> list[Manifest]:
        """The payload manifests, sorted by name."""
        return [manifest for manifest in self.manifests if not manifest.tag]

    @property
    def tag_manifests(self) -> list[Manifest]:
        """The tag manifests, sorted by name."""
        return [manifest for manifest in self.manifests if manifest.tag]

    def payload_digest(self, algorithm: str, path: str) -> str | None:
        """The digest that a payload manifest gives a file below the bag."""
        return self.digests.get(f"manifest-{algorithm}.txt", {}).get(path)


def open_bag(root: Path, line_rules: tuple[LineRule, ...]) -> OpenedBag:
    """Take the inventory and read every manifest once. Lines that a rule refuses are not looked up later."""
    bag = OpenedBag(root, take_inventory(root))
    top = [name for name in bag.inventory.files if "/" not in name]
    bag.manifests = tuple(manifests(top))
    bag.version = _version(bag)
    for manifest in bag.manifests:
        bag.digests[manifest.name] = _read(bag, manifest, line_rules)
    return bag


def known(manifest: Manifest) -> bool:
    """Whether digests of this algorithm can be computed here."""
    return manifest.algorithm in ALGORITHMS


def _version(bag: OpenedBag) -> str:
    if DECLARATION not in bag.inventory.files or bag.inventory.files[DECLARATION] > 4096:
        return ""
    try:
        return dict(read_info(bag.root / DECLARATION)).get("BagIt-Version", "").strip()
    except BagUnreadable:
        return ""  # the rule for the declaration says it


def _read(bag: OpenedBag, manifest: Manifest, line_rules: tuple[LineRule, ...]) -> dict[str, str]:
    digests: dict[str, str] = {}
    findings = bag.findings
    try:
        for line in read_lines(bag.root / manifest.name):
            refused = False
            for rule in line_rules:
                if found := rule(manifest, line):
                    findings.append(found)
                    refused |= found.severity == "error"
            if line.path in digests:
                findings.append(Finding("bag.listed-twice", line.path, values=_place(manifest, line)))
            elif not refused:
                digests[line.path] = line.digest.lower()
    except BagUnreadable as error:
        bag.broken.add(manifest.name)
        findings.append(Finding(error.code, manifest.name, values={"line": 0, "reason": "", **error.values}))
    return digests


def _place(manifest: Manifest, line: ManifestLine) -> dict[str, str | int]:
    return {"manifest": manifest.name, "line": line.number}
