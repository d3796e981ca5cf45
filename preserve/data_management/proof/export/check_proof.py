#!/usr/bin/env python3
"""核对日志证明。Checks a proof from the ledger of an archive.

Needs Python 3.8 or newer and nothing else, no network, no software of the archive.

    python3 check_proof.py [--key FILE] [proof.json]

It checks that the checkpoint is signed by the public key (Ed25519, RFC 8032), that every entry stands in the ledger of
which the checkpoint gives the root (RFC 9162), that earlier checkpoints are beginnings of it, that every look stands in
the log of looks of which such an entry gives the root, and that the files of audit records beside it are those that the
entries name. Compare the key's fingerprint, which is printed, with one that you have from elsewhere: a certificate, the
label of a disc, or `ledger.pub` on any disc of the archive (--key).
Exit status: 0 everything holds, 1 something does not.
"""

from __future__ import annotations

import sys

# Nothing that lies beside this program is run: a json.py in this folder would be taken for Python's own.
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

import argparse
import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Iterable, Tuple  # noqa: UP035  Python 3.8

Point = Tuple[int, int, int, int]  # noqa: UP006  Python 3.8

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(count: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while count:
        if count & 1:
            result = _add(result, point)
        point = _add(point, point)
        count >>= 1
    return result


def _x_of(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032 5.1.7)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or response >= ORDER:
        return False
    # Eight times a key of small order is nothing: with such a key anything passes for signed, by nobody.
    if _times(8, key)[0] % P == 0:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    left, right = _times(response, BASE), _add(commitment, _times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 2.1.1."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 2.1.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


def includes(leaf: bytes, index: int, size: int, path: Iterable[bytes], root: bytes) -> bool:
    """Whether the leaf stands at `index` (from 0) in the tree (RFC 9162 2.1.3.2)."""
    if index < 0 or index >= size:
        return False
    fn, sn, result = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            result = node_hash(step, result)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            result = node_hash(result, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and result == root


def begins_with(first: int, second: int, first_root: bytes, second_root: bytes, path: Iterable[bytes]) -> bool:
    """Whether the tree over `second` leaves begins with the one over `first` (RFC 9162 2.1.4.2)."""
    if first < 1 or first > second:
        return False
    steps = list(path)
    if first == second:
        return not steps and first_root == second_root
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            newer = node_hash(newer, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and older == first_root and newer == second_root


def read_checkpoint(text: str, raw: bytes) -> tuple[int, bytes, bytes, bytes, str]:
    """Size, root, signed text and signature of a checkpoint; no signature where it names another key than this."""
    note, _, last = text.partition("\n\n\u2014 ")
    note += "\n"
    lines = note.split("\n")
    name, signature = last.split()[0], base64.b64decode(last.split()[1])
    if len(signature) == 68:  # C2SP signed-note: four bytes that name the key, then its signature
        named = hashlib.sha256(name.encode() + b"\n\1" + raw).digest()[:4] == signature[:4] and name == lines[0]
        signature = signature[4:] if named else b""
    return int(lines[1]), base64.b64decode(lines[2]), note.encode(), signature, lines[3]


def public_key(pem: str) -> bytes:
    """The 32 bytes of an Ed25519 key in PEM text: they end its DER form."""
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    return base64.b64decode(body)[-32:]


def check(folder: Path, name: str, key: str | None) -> tuple[list[str], bool]:
    """All lines to print, and whether everything holds."""
    proof: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    raw = public_key(key if key is not None else proof["public_key"])
    size, root, note, signature, made = read_checkpoint(proof["checkpoint"], raw)
    good = signature_holds(raw, note, signature)
    lines = [
        "公钥指纹 / fingerprint of the key: " + hashlib.sha256(raw).hexdigest(),
        f"存证点 / checkpoint: {made}, {size} 条 entries, {_word(good)}",
    ]
    for one in proof["entries"]:
        path = [bytes.fromhex(step) for step in one["path"]]
        entry = json.loads(one["entry"])
        holds = entry["number"] - 1 == one["index"] and includes(
            leaf_hash(one["entry"].encode()), one["index"], size, path, root
        )
        good &= holds
        lines.append("  {}  {:<20} {}".format(entry["time"], entry["action"], _word(holds)))
        details = entry["details"]
        for named in [details, *details.get("made", [])]:
            file = folder / named.get("records", "").replace("audits/", "records/")
            if file.is_file():
                holds = hashlib.sha256(file.read_bytes()).hexdigest() == named["sha256"]
                good &= holds
                lines.append(f"      {file.relative_to(folder)} {_word(holds)}")
    good &= check_looks(proof, lines)
    for one in proof.get("earlier", []):
        old_size, old_root, old_note, old_signature, old_made = read_checkpoint(one["checkpoint"], raw)
        path = [bytes.fromhex(step) for step in one["path"]]
        holds = signature_holds(raw, old_note, old_signature) and begins_with(old_size, size, old_root, root, path)
        good &= holds
        lines.append(f"早先的存证点 / earlier checkpoint: {old_made}, {old_size}, {_word(holds)}")
    lines.append("结论：全部成立。/ Result: everything holds." if good else "结论：不成立！/ Result: it does NOT hold!")
    return lines, good


def check_looks(proof: dict[str, Any], lines: list[str]) -> bool:
    """Whether each look stands under the root that an entry of the ledger gives; that entry was checked as the rest."""
    roots = {}
    for one in proof["entries"]:
        entry = json.loads(one["entry"])
        if entry["action"] == "looks.anchored":
            roots[entry["number"]] = entry["details"]
    good = True
    for one in proof.get("looks", []):
        look, root = json.loads(one["entry"]), roots[one["anchor"]]
        path = [bytes.fromhex(step) for step in one["path"]]
        leaf = leaf_hash(one["entry"].encode())
        holds = look["log"] == "looks" and look["number"] - 1 == one["index"]
        holds = holds and includes(leaf, one["index"], root["size"], path, bytes.fromhex(root["root"]))
        good &= holds
        lines.append("  {}  {:<20} {}".format(look["time"], look["action"], _word(holds)))
    return good


def _word(holds: bool) -> str:
    return "成立 holds" if holds else "不成立 DOES NOT HOLD"


def main() -> int:
    """Print what was found; exit with 0 or 1."""
    parser = argparse.ArgumentParser(description="核对日志证明 / checks a proof from the ledger of an archive")
    parser.add_argument("proof", nargs="?", default="proof.json")
    parser.add_argument("--key", help="ledger.pub 的路径 / path of a public key you trust")
    given = parser.parse_args()
    path = Path(given.proof)
    try:
        key = Path(given.key).read_text() if given.key else None
        lines, good = check(path.parent, path.name, key)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        lines, good = [f"无法读取 / cannot be read: {error}"], False
    for line in lines:
        sys.stdout.buffer.write((line + "\n").encode(sys.stdout.encoding or "utf-8", "replace"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
