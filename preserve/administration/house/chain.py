"""A proof of the umbrella ledger held against itself, and against what somebody knows beside it; needs no archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from preserve.administration.house.anchoring import ANCHORED, FORMAT
from preserve.data_management import checkpoints, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.errors import NotIntact


def check(proof: Mapping[str, Any], *, texts: Mapping[int, str] | None = None, house_key: str = "") -> tuple[int, ...]:
    """The numbers of the fonds' entries that stand under the house's checkpoint. Raises NotIntact where one does not.

    `texts` are entries as the fonds shows them, by number: their hashes must be those of the proof. `house_key` is the
    fingerprint of the house's key as it was written down outside; without it the proof names its own.
    """
    try:
        return _check(proof, texts or {}, house_key)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotIntact("umbrella.proof-unreadable", detail=str(error)) from error


def _check(proof: Mapping[str, Any], texts: Mapping[int, str], house_key: str) -> tuple[int, ...]:
    if proof["format"] != FORMAT:
        raise NotIntact("umbrella.proof-unreadable", detail=str(proof["format"])[:100])
    over = _signed(proof["house_checkpoint"], proof["house_public_key"], house_key)
    anchor = proof["anchor"]
    _require(_leaf(anchor["entry"]), anchor, over)
    told = json.loads(anchor["entry"])
    if (told["action"], told["subject"]) != (ANCHORED, proof["fonds"]) or told["number"] != anchor["index"] + 1:
        raise NotIntact("umbrella.proof-broken", str(proof["fonds"]))
    if told["details"]["checkpoint"] != proof["checkpoint"]:
        raise NotIntact("umbrella.proof-broken", str(proof["fonds"]))
    signed = _signed(proof["checkpoint"], proof["public_key"], "")
    numbers = []
    for entry in proof["entries"]:
        number, leaf = entry["index"] + 1, bytes.fromhex(entry["leaf"])
        if number in texts and _leaf(texts[number]) != leaf:
            raise NotIntact("umbrella.proof-broken", str(number))
        _require(leaf, entry, signed)
        numbers.append(number)
    if not numbers or not set(texts) <= set(numbers):
        raise NotIntact("umbrella.proof-broken", str(proof["fonds"]))
    return tuple(numbers)


def _signed(text: str, key: str, wanted: str) -> Checkpoint:
    public = checkpoints.public_key_of(key.encode())
    signed = checkpoints.parse_exactly(text.encode())
    if wanted and checkpoints.fingerprint(public) != wanted:
        raise NotIntact("umbrella.other-key", checkpoints.fingerprint(public))
    if not checkpoints.signature_holds(signed, public):
        raise NotIntact("ledger.checkpoint-forged", str(signed.size), size=signed.size)
    return signed


def _leaf(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _require(leaf: bytes, entry: Mapping[str, Any], signed: Checkpoint) -> None:
    path = [bytes.fromhex(step) for step in entry["path"]]
    if not merkle.includes(leaf, entry["index"], signed.size, path, signed.root):
        raise NotIntact("umbrella.proof-broken", str(entry["index"] + 1))
