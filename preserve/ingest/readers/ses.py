"""Electronic seals as signatures of OFD hold them: name, number, signer and dates, out of their ASN.1.

Two forms are about: that of GM/T 0031-2014 (version 1 to 3) and that of GB/T 38540-2020 (version 4). Both have the seal
first and its property inside; they differ in where the certificates lie. Known from public implementations, since the
texts of the standards were not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says of itself; empty where it does not. `form` is the version of its structure."""

    form: str = ""
    name: str = ""
    number: str = ""
    signer: str = ""
    certificate: str = ""
    signed: str = ""
    valid: str = ""

    def joined(self, other: Sealed) -> Sealed:
        """Both together; what this one says stands."""
        return Sealed(*(getattr(self, one.name) or getattr(other, one.name) for one in fields(self)))


def read_signed(data: bytes) -> Sealed:
    """The signed value of a seal (SES_Signature). Raises ValueError where it is something else."""
    whole = _items(_load(data))
    signed = _items(whole[0])
    if len(signed) < 4:
        raise ValueError("no signed value of a seal")
    seal = _seal(signed[1])
    certificates = [one for one in (*whole[1:], *signed[2:]) if _is(one, "OctetString")]
    signer, certificate = _holder(certificates[0].native) if certificates else ("", "")
    moments = list(_moments(signed[2:3]))
    return Sealed(seal.form, seal.name, seal.number, signer, certificate, moments[0] if moments else "", seal.valid)


def read_sealed(data: bytes) -> Sealed:
    """A seal alone (SESeal). Raises ValueError where it is something else."""
    return _seal(_load(data))


def _seal(node: Any) -> Sealed:
    about = _items(_items(node)[0])
    if len(about) < 3:
        raise ValueError("no seal")
    head, known = _items(about[0]), _items(about[2])
    if len(head) < 2 or str(head[0].native) != "ES":
        raise ValueError("no head of a seal")
    name = next((str(one.native) for one in known if _is(one, "UTF8String")), "")
    moments = list(_moments(known))
    valid = f"{moments[-2]} to {moments[-1]}" if len(moments) >= 2 else ""
    return Sealed(f"SES {head[1].native}"[:20], name[:100], str(about[1].native)[:80], valid=valid)


def _load(data: bytes) -> Any:
    from asn1crypto import core

    return core.Sequence.load(data)


def _items(node: Any) -> list[Any]:
    """The parts of a sequence. Raises ValueError for everything else."""
    if not _is(node, "Sequence"):
        raise ValueError(f"no sequence but {type(node).__name__}")
    return [node[place] for place in range(len(node))]


def _is(node: Any, kind: str) -> bool:
    return type(node).__name__ == kind


def _moments(nodes: list[Any]) -> Iterator[str]:
    for node in nodes:
        if _is(node, "UTCTime") or _is(node, "GeneralizedTime"):
            moment = node.native
            yield f"{moment:%Y-%m-%dT%H:%M:%SZ}" if isinstance(moment, datetime) else str(moment)[:30]


def _holder(data: bytes) -> tuple[str, str]:
    """Whose a certificate is, and its number with who issued it."""
    from asn1crypto import x509

    try:
        known = x509.Certificate.load(data)
        holder, issuer = _common(known.subject.native), _common(known.issuer.native)
        return holder[:100], f"{known.serial_number:x} of {issuer}"[:160]
    except (ValueError, TypeError, KeyError):
        return "", ""


def _common(name: Any) -> str:
    said = dict(name or {})
    found = said.get("common_name") or said.get("organization_name") or next(iter(said.values()), "")
    return " ".join(map(str, found)) if isinstance(found, list) else str(found)
