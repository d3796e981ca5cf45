"""The proof in a DIP: what the ledger says about it, for somebody who has neither the ledger nor our programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger
from preserve.data_management.proof.inclusion import Proofs
from preserve.errors import NotIntact
from storage_adapters.durable import write_file

FORMAT = "preserve-dip-proof-1"


def write_proof(connection: Connection, public_key: Path, target: Path, numbers: Sequence[int]) -> None:
    """Write the entries `numbers` with their paths to the newest checkpoint, that checkpoint, and the public key.

    The checkpoints between the last two entries go along, shown to be beginnings of the newest: a certificate that
    was made between its package's entry and its own has one of them printed.

    `public_key` is the file `ledger.pub` (PEM). Raises ValueError for a number that no checkpoint covers, NotIntact
    where the checkpoint is not signed by that key: a proof that does not hold is not given away.
    `check_proof.py` (preserve.data_management.proof.export) reads it as well as the verifiers in the DIP do.
    """
    wanted = sorted(set(numbers))
    made = checkpoints.newest(connection)
    if made is None:
        raise ValueError(f"no checkpoint covers {wanted}")
    # One at a time: an entry of the first days and one of today may have the whole ledger between them.
    found = [entry for number in wanted for entry in ledger.entries(connection, number, min(number, made.size))]
    if [entry.number for entry in found] != wanted or not wanted:
        raise ValueError(f"not entries below the checkpoint over {made.size}: {wanted}")
    if not checkpoints.signature_holds(made, checkpoints.read_public_key(public_key)):
        raise NotIntact("ledger.checkpoint-forged", str(target), size=made.size)
    proofs = Proofs(connection, made)
    before = checkpoints.between(connection, wanted[-2:][0], made.size)
    document = {
        "format": FORMAT,
        "checkpoint": made.text(),
        "public_key": public_key.read_text(encoding="ascii"),
        "entries": [proofs.proved(entry) for entry in found],
        "earlier": [proofs.beginning(signed) for signed in before],
    }
    write_file(target, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
