"""That the package stands in the ledger: its entry, the path to the signed root, the code that holds the digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.dip.contents import Given
from preserve.access.requests.model import Request
from preserve.data_management import checkpoints, ledger
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proof import anchors
from preserve.data_management.proof.inclusion import Proofs
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


def anchor(
    connection: Connection, home: Home, dip: str, request: Request, evidence_sha256: str, numbers: Sequence[int]
) -> Anchored:
    """The proof as it will be printed, checked before.

    Raises NotIntact where anything in it does not hold, or where registration, approval or package are not among the
    entries `numbers`.
    """
    public = checkpoints.read_public_key(home.keys / "ledger.pub")
    made = checkpoints.newest(connection)
    if made is None or made.size < max(numbers, default=0) or not checkpoints.signature_holds(made, public):
        raise NotIntact("certificate.not-anchored", dip)
    entry = _entries(connection, dip, request, numbers)["dip.made", dip]
    if entry.details.get("evidence_sha256") != evidence_sha256:
        raise NotIntact("certificate.not-anchored", dip)
    path = tuple(Proofs(connection, made).path(entry))
    return Anchored(entry.number, entry.leaf, path, made, checkpoints.fingerprint(public))


def _entries(
    connection: Connection, dip: str, request: Request, numbers: Sequence[int]
) -> dict[tuple[str, str], ledger.Entry]:
    """The entries by action and subject; those without which there is no certificate are there."""
    found = {}
    for number in numbers:
        for entry in ledger.entries(connection, number, number):
            if ledger.leaf_hash(entry.text) != entry.leaf:
                raise NotIntact("certificate.not-anchored", dip)
            found[entry.action, entry.subject] = entry
    needed = {("dip.made", dip), ("request.approved", request.number)}
    needed |= {(anchors.REGISTERED, objid) for objid in request.cases}
    if not needed <= found.keys():
        raise NotIntact("certificate.not-anchored", dip)
    return found


def check_evidence(staged: Path, given: Sequence[Given], evidence_sha256: str) -> None:
    """That proof/evidence.json is the one whose digest is told, and says of each file what the certificate will say.

    Raises NotIntact.
    """
    path = staged / "proof" / "evidence.json"
    try:
        data = path.read_bytes()
        listed = {one["path"]: (one["size"], one["sha256"], one["sm3"]) for one in json.loads(data)["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotIntact("certificate.evidence-differs", str(path), detail=str(error)) from error
    told = {f"data/{staged.name}/{one.path}": (one.size, one.digests["sha256"], one.digests["sm3"]) for one in given}
    if hashlib.sha256(data).hexdigest() != evidence_sha256 or not told.items() <= listed.items():
        raise NotIntact("certificate.evidence-differs", str(path))


def code_text(dip: str, evidence_sha256: str, anchored: Anchored) -> str:
    """What the QR code holds: the package, the digest of its evidence, size and root of the ledger, the key."""
    made = anchored.checkpoint
    return (
        f"preserve:dip:{dip}?evidence={evidence_sha256}&size={made.size}&root={made.root.hex()}"
        f"&key={anchored.fingerprint}"
    )
