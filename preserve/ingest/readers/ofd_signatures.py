"""Signatures and seals of an OFD (GB/T 33190 §18), listed as they are found; nobody here verifies them.

What can be said without a certificate authority is whether the parts that a signature covers still have the digests
that it names. Whether the signature itself holds, and whose it really is, says the program of the seal's maker.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from metadata.hashing import new_digest
from preserve.ingest.readers.ofd_package import Package, value_of
from preserve.ingest.readers.report import Report
from preserve.ingest.readers.ses import Sealed, read_sealed, read_signed

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST = 200  # signatures told of one by one
_MOST_SEAL = 16 << 20
_MOST_XML = 4 << 20  # of a list of signatures, and of one
_MOST_PARTS = 5_000
_MOST_COVERED = 512 << 20  # bytes held against digests, of one file
_ALGORITHMS = {
    "sm3": "sm3",
    "1.2.156.10197.1.401": "sm3",
    "sha256": "sha256",
    "sha-256": "sha256",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "sha512": "sha512",
    "sha1": "sha1",
    "sha-1": "sha1",
    "1.3.14.3.2.26": "sha1",
    "md5": "md5",
    "1.2.840.113549.2.5": "md5",
}
_METHODS = {
    "1.2.156.10197.1.501": "SM2 with SM3",
    "1.2.156.10197.1.301": "SM2",
    "1.2.840.113549.1.1.11": "RSA with SHA-256",
    "1.2.840.113549.1.1.5": "RSA with SHA-1",
}
_NOTHING = Sealed()
_BROKEN = (etree.XMLSyntaxError, ValueError, KeyError)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as the file has it. `kind` is `Seal` or `Sign`; `covers` parts, of which `differ` are not so now.

    `unread` says why something of it could not be read; `compared` is how many parts were held against their digests.
    """

    kind: str
    provider: str = ""
    method: str = ""
    signed: str = ""
    pages: tuple[str, ...] = ()
    sealed: Sealed = _NOTHING
    covers: int = 0
    compared: int = 0
    differ: tuple[str, ...] = ()
    unread: str = ""

    @property
    def name(self) -> str:
        """What people call it: the seal's name, else who signed, else the program."""
        return self.sealed.name or self.sealed.signer or self.provider or self.kind

    def words(self) -> str:
        """One line of facts, for the record of the file."""
        one = self.sealed
        facts = [
            self.kind,
            f"name {one.name}" if one.name else "",
            f"number {one.number}" if one.number else "",
            f"signer {one.signer}" if one.signer else "",
            f"certificate {one.certificate}" if one.certificate else "",
            f"signed {self.signed or one.signed}" if self.signed or one.signed else "",
            f"seal valid {one.valid}" if one.valid else "",
            f"method {self.method}" if self.method else "",
            f"provider {self.provider}" if self.provider else "",
            f"page {' '.join(self.pages)}" if self.pages else "",
            f"form {one.form}" if one.form else "",
            f"covers {self.covers} parts, {self.compared - len(self.differ)} with the digest it names",
            f"differ {', '.join(self.differ[:5])}" if self.differ else "",
            f"unread {self.unread}" if self.unread else "",
            "as found, not verified",
        ]
        return "; ".join(filter(None, facts))[:1000]


def signatures_of(package: Package) -> Iterator[Signature]:
    """Every signature that the file lists, in its order. Raises what zipfile raises for a damaged one."""
    budget = _Budget()
    for place, part in _listed(package):
        if not part:
            yield Signature("Sign", unread=f"{place}: not there")
            continue
        try:
            tree = package.read(part, _MOST_XML)
        except _BROKEN as error:
            yield Signature("Sign", unread=f"{place}: {type(error).__name__}")
            continue
        for element in tree.iter("{*}Signature"):
            own = value_of(element, "BaseLoc")
            kind = value_of(element, "Type") or "Seal"  # the standard's own default
            found = package.find(own, part) if own else ""
            if budget.signatures <= 0 or (found and found in budget.seen):
                yield Signature(
                    kind[:20], unread=f"{own[:80]}: {'too many' if budget.signatures <= 0 else 'listed twice'}"
                )
                continue
            budget.signatures -= 1
            budget.seen.add(found)
            yield _signature(package, kind[:20], own[:200], found, budget)


def tell_signatures(package: Package, report: Report) -> None:
    """Note them as properties of the file, and as one finding; a warning where a covered part was altered."""
    found: list[Signature] = []
    count = 0
    for one in signatures_of(package):
        count += 1
        if len(found) < _MOST:
            found.append(one)
    if not count:
        return
    report.add("Signatures", count)
    for number, one in enumerate(found, 1):
        report.add(f"Signature {number}", one.words())
    names = list(dict.fromkeys(one.name for one in found if not one.unread or one.sealed.form))
    shown = "、".join(names[:5]) + (f" +{len(names) - 5}" if len(names) > 5 else "")
    report.tell("ofd-signatures", "note", count=count, shown=shown[:200] or "-")
    if differ := list(dict.fromkeys(part for one in found for part in one.differ)):
        report.tell("ofd-signature-differs", "warning", parts=", ".join(differ[:5])[:200], count=len(differ))
    unread = [one.unread for one in found if one.unread]
    if count > len(found):
        unread.append(f"+{count - len(found)}: too many")
    if unread:
        report.tell("ofd-signature-unread", "warning", reason="; ".join(unread[:3])[:200], count=len(unread))


def _listed(package: Package) -> list[tuple[str, str]]:
    return list(dict.fromkeys(package.signature_lists()))[:_MOST] or [
        (part, part) for part in package.parts_named("signatures.xml")
    ]


def _signature(package: Package, kind: str, place: str, part: str, budget: _Budget) -> Signature:
    if not part:
        return Signature(kind, unread=f"{place}: not there")
    try:
        tree = package.read(part, _MOST_XML)
    except _BROKEN as error:
        return Signature(kind, unread=f"{place}: {type(error).__name__}")
    provider = next(tree.iter("{*}Provider"), None)
    said = (
        "" if provider is None else " ".join(value_of(provider, key) for key in ("ProviderName", "Company", "Version"))
    )
    method = _first(tree, "SignatureMethod")
    covers, compared, differ = _covered(package, tree, part, budget)
    sealed, unread = _sealed(package, tree, part)
    return Signature(
        kind,
        " ".join(said.split())[:80],
        _METHODS.get(method, method)[:60],
        _first(tree, "SignatureDateTime")[:40],
        tuple(value_of(stamp, "PageRef")[:10] for stamp in list(tree.iter("{*}StampAnnot"))[:20]),
        sealed,
        covers,
        compared,
        differ,
        unread,
    )


def _first(tree: etree._Element, name: str) -> str:
    element = next(tree.iter(f"{{*}}{name}"), None)
    return "" if element is None else (element.text or "").strip()


def _sealed(package: Package, tree: etree._Element, part: str) -> tuple[Sealed, str]:
    """What the signed value says of the seal and who signed, else the seal that lies beside it."""
    seal = next(tree.iter("{*}Seal"), None)
    places: list[tuple[str, Callable[[bytes], Sealed]]] = [
        (_first(tree, "SignedValue"), read_signed),
        ("" if seal is None else (seal.findtext("{*}BaseLoc") or "").strip(), read_sealed),
    ]
    known, unread = Sealed(), ""
    for place, read in places:
        if not place or known.name:
            continue
        if not (found := package.find(place, part)):
            unread = f"{place}: not there"
            continue
        try:
            known = known.joined(read(package.bytes_of(found, _MOST_SEAL)))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
            unread = f"{place}: {type(error).__name__}"
    return known, "" if known.form else unread


@dataclass(slots=True)
class _Budget:
    """What is still looked into of one file, which may name the same large part ever again."""

    left: int = _MOST_COVERED
    signatures: int = _MOST
    parts: int = _MOST_PARTS
    seen: set[str] = field(default_factory=set)


def _covered(package: Package, tree: etree._Element, part: str, budget: _Budget) -> tuple[int, int, tuple[str, ...]]:
    """How many parts a signature covers, how many were held against their digests, and which differ."""
    references = next(tree.iter("{*}References"), None)
    if references is None:
        return 0, 0, ()
    algorithm = _ALGORITHMS.get(value_of(references, "CheckMethod").strip().lower() or "md5", "")
    covers = compared = 0
    differ: list[str] = []
    for element in references.iter("{*}Reference"):
        covers += 1
        budget.parts -= 1
        if budget.parts < 0 or budget.left <= 0 or not algorithm:
            continue
        place = value_of(element, "FileRef").strip()
        found = package.find(place, part)
        if not found:
            compared += 1
            differ.append(place[:80])
            continue
        try:
            wanted = base64.b64decode((element.findtext("{*}CheckValue") or "").strip(), validate=True).hex()
            data = package.bytes_of(found, budget.left)
        except (binascii.Error, ValueError):
            budget.left -= package.archive.getinfo(found).file_size  # also what was read in vain took its time
            continue
        budget.left -= len(data)
        compared += 1
        if _digest(algorithm, data) != wanted:
            differ.append(place[:80])
    return covers, compared, tuple(differ)


def _digest(algorithm: str, data: bytes) -> str:
    # Old signatures name digests that nobody trusts any more; they are compared and prove nothing.
    digest = new_digest(algorithm)
    digest.update(data)
    return str(digest.hexdigest())
