"""The file by which a medium says which one it is: `medium.json`, signed by the archive that made it.

A mount point or a label can be another drive tomorrow; what stands in the marker and is signed cannot be made by
anyone else. `session` changes with every time something was written, so that a clone made earlier is recognised.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from storage_adapters.durable import write_file
from storage_adapters.errors import MediumAbsent, WrongMedium

MARKER = "medium.json"


@dataclass(frozen=True, slots=True)
class Marker:
    """What the file says: `facts` as text by name (`medium`, `archive`, `kind`, `label`, `session` …)."""

    facts: Mapping[str, str]
    signature: bytes

    @property
    def identity(self) -> str:
        """The medium's identity."""
        return self.facts.get("medium", "")


def signed_bytes(facts: Mapping[str, str]) -> bytes:
    """What the signature is over: the facts as JSON with sorted names and no spaces."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def marker_bytes(facts: Mapping[str, str], sign: Callable[[bytes], bytes] | None = None) -> bytes:
    """The marker file's content."""
    document = dict(sorted(facts.items()))
    if sign is not None:
        document["signature"] = base64.b64encode(sign(signed_bytes(facts))).decode()
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def write_marker(root: Path, facts: Mapping[str, str], sign: Callable[[bytes], bytes] | None = None) -> None:
    """Write the marker whole and durably."""
    write_file(root / MARKER, marker_bytes(facts, sign), durable=True)


def parse_marker(data: bytes, where: str) -> Marker:
    """Read a marker's content. Raises WrongMedium where it is none."""
    try:
        document = json.loads(data)
        signature = base64.b64decode(document.pop("signature", ""))
        if not isinstance(document.get("medium"), str) or not all(isinstance(v, str) for v in document.values()):
            raise ValueError("not a marker")
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise WrongMedium(where, wanted="", found=str(error)) from error
    return Marker(document, signature)


def read_marker(root: Path) -> Marker:
    """The marker in a medium's top folder. Raises MediumAbsent where there is none, WrongMedium where it is garbled."""
    try:
        data = (root / MARKER).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise MediumAbsent(str(root)) from None
    except OSError as error:
        raise WrongMedium(str(root), wanted="", found=error.strerror or str(error)) from error
    return parse_marker(data, str(root))


def is_signed_by(marker: Marker, public: bytes) -> bool:
    """Whether the signature is that of this Ed25519 public key (its raw 32 bytes; RFC 8032)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(marker.signature, signed_bytes(marker.facts))
    except (InvalidSignature, ValueError):
        return False
    return True
