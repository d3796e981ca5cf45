"""That the package stands in the ledger: its entry, the path to the signed root, the code that holds the digests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proofs import roots
from preserve.errors import NotIntact
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class Anchored:
    """The entry `dip.made` (number, leaf hash), its audit path (RFC 9162), and the checkpoint it leads to."""

    number: int
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    fingerprint: str


def anchor(connection: Connection, home: Home, dip: str, evidence_sha256: str, numbers: Sequence[int]) -> Anchored:
    """The proof as it will be printed, checked before. Raises NotIntact where anything in it does not hold."""
    public = checkpoints.read_public_key(home.keys / "ledger.pub")
    made = checkpoints.read_checkpoints(connection)[-1:]
    if not made or made[0].size < max(numbers, default=0) or not checkpoints.signature_holds(made[0], public):
        raise NotIntact("certificate.not-anchored", dip)
    size = made[0].size
    root = roots(connection)
    if root(0, size) != made[0].root:
        raise NotIntact("ledger.contradicts-checkpoint", dip, first=1, last=size)
    for number in sorted(numbers, reverse=True):
        (entry,) = ledger.entries(connection, number, number)
        data = json.loads(entry.text)
        if (data["action"], data["subject"]) == ("dip.made", dip):
            break
    else:
        raise NotIntact("certificate.not-anchored", dip)
    if data["details"].get("evidence_sha256") != evidence_sha256 or ledger.leaf_hash(entry.text) != entry.leaf:
        raise NotIntact("certificate.not-anchored", dip)
    path = tuple(merkle.inclusion_path(root, entry.number - 1, size))
    return Anchored(entry.number, entry.leaf, path, made[0], checkpoints.fingerprint(public))


def code_text(dip: str, evidence_sha256: str, anchored: Anchored) -> str:
    """What the QR code holds: the package, the digest of its evidence, size and root of the ledger, the key."""
    made = anchored.checkpoint
    return (
        f"preserve:dip:{dip}?evidence={evidence_sha256}&size={made.size}&root={made.root.hex()}"
        f"&key={anchored.fingerprint}"
    )
