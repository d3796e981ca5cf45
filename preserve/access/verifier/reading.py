"""What the off-line verifier reads before it believes anything: the list of files, the proof, the manifests.

This is source text of `verify.py` in a DIP (see `composing`): Python 3.8, and nothing that is not put in there too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from typing import Any

from preserve.archival_storage.guide.verify import Check, is_safe
from preserve.data_management.proof.export.check_proof import (
    begins_with,
    includes,
    leaf_hash,
    public_key,
    signature_holds,
)

EVIDENCE, PROOF, CERTIFICATE = "proof/evidence.json", "proof/proof.json", "certificate.pdf"
PAYLOAD = ("manifest-sha256.txt", "manifest-sm3.txt")
TAGS = ("tagmanifest-sha256.txt", "tagmanifest-sm3.txt")
OWN = (CERTIFICATE, EVIDENCE, PROOF, *PAYLOAD, *TAGS)  # what the list in evidence.json cannot name
MARKS = ("bagit.txt", "bag-info.txt", "README.html", "verify.html", "verify.py", *OWN)
LIMIT = 256 << 20  # bytes of a list or proof: a hundred times what the largest delivery has
LARGEST = 2**53 - 1  # the largest whole number that every reader of JSON holds exactly
DIP = re.compile(r"dip-[0-9a-hjkmnp-tv-z]{26}")
DIGEST = re.compile(r"[0-9a-f]{64}")
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
NOTE = re.compile(
    r"(preserve/[!-~]+)\n([1-9][0-9]{0,14})\n([A-Za-z0-9+/]{43}=)\n([0-9T:.Z-]+)\n(?:previous [0-9a-f]{64}\n)?"
    r"\n\u2014 ([!-~]+) ([A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{91}=)\n"
)
CODE = re.compile(
    r"preserve:dip:(dip-[0-9a-z]{26})\?evidence=([0-9a-f]{64})&size=([1-9][0-9]{0,14})&root=([0-9a-f]{64})&key=([0-9a-f]{64})"
)
KEY = re.compile(r"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=\n-----END PUBLIC KEY-----\n")


class Broken(Exception):
    """A document that is not what it must be; the reason in a few words."""


def strict_json(text: str) -> Any:
    """JSON in which no name stands twice and every number is whole: two readers must not see two things."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise Broken("a name twice")
        return made

    def never(text: str) -> Any:
        raise Broken("not a whole number")

    try:
        return json.loads(text, object_pairs_hook=once, parse_float=never, parse_constant=never)
    except (ValueError, RecursionError) as error:
        raise Broken("not JSON") from error


def wanted(good: object, reason: str) -> None:
    """Raise Broken where something is not as it must be."""
    if not good:
        raise Broken(reason)


def whole(value: object, least: int) -> bool:
    """Whether it is a whole number, and not a truth value, which Python counts among them."""
    return type(value) is int and least <= value <= LARGEST


def hexadecimal(value: object) -> bool:
    """Whether it is a digest of 32 bytes."""
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def read_small(check: Check, path: str) -> bytes:
    """A list or proof, whole. Raises Broken; reports where it cannot be read."""
    if path not in check.found:
        raise Broken("")
    wanted(check.found[path] <= LIMIT, "too large")
    try:
        with check.open(path) as stream:
            return stream.readall()
    except OSError as error:
        check.report("unreadable", path, error.strerror or "")
        raise Broken("") from error


def as_text(data: bytes) -> str:
    """UTF-8. Raises Broken."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("not UTF-8") from error


def read_evidence(check: Check, data: bytes) -> dict[str, Any]:
    """What proof/evidence.json says; its files by path. Raises Broken; reports unsafe and foreign paths."""
    said = strict_json(as_text(data))
    wanted(isinstance(said, dict) and said.get("format") == "preserve-dip-1", "format")
    wanted(isinstance(said.get("dip"), str) and DIP.fullmatch(said["dip"]), "dip")
    for name in ("request", "made"):
        wanted(isinstance(said.get(name), str), name)
    files = said.get("files")
    wanted(isinstance(files, list) and files, "no files")
    listed: dict[str, dict[str, Any]] = {}
    seen = set(OWN)
    for file in files:
        wanted(isinstance(file, dict) and isinstance(file.get("path"), str) and whole(file.get("size"), 0), "files")
        wanted(
            all(isinstance(file.get(name), str) and DIGEST.fullmatch(file[name]) for name in ("sha256", "sm3")), "files"
        )
        path = file["path"]
        plain = unicodedata.normalize("NFC", path)
        wanted(plain not in seen, "twice: " + path)
        seen.add(plain)
        if not is_safe(path) or CONTROL.search(path):
            check.report("unsafe", path, EVIDENCE)
        elif path.startswith("data/") and not path.startswith("data/" + said["dip"] + "/"):
            check.report("other", path, EVIDENCE)
        else:
            listed[path] = file
    wanted(any(path.startswith("data/") for path in listed), "no files")
    said["files"] = listed
    return dict(said)


def read_path(one: dict[str, Any]) -> list[bytes]:
    """The steps of a path in the tree. Raises Broken."""
    path = one.get("path")
    wanted(isinstance(path, list) and len(path) < 128 and all(hexadecimal(step) for step in path), "path")
    return [bytes.fromhex(step) for step in path or ()]


def read_checkpoint(check: Check, text: object, raw: bytes) -> tuple[int, bytes, str]:
    """Size, root and time of a signed checkpoint; reported where the signature is not this key's. Raises Broken."""
    note = NOTE.fullmatch(text) if isinstance(text, str) else None
    if note is None:
        raise Broken("checkpoint")
    origin, size, root, made, name, written = note.groups()
    signed = note.group(0).partition("\n\n")[0] + "\n"
    signature = base64.b64decode(written)
    known = name == hashlib.sha256(raw).hexdigest()
    if len(signature) > 64:  # C2SP signed-note: the key goes by the log's name, and four bytes say which it is
        known = name == origin and signature[:4] == hashlib.sha256(name.encode() + b"\n\1" + raw).digest()[:4]
        signature = signature[4:]
    if not known or not signature_holds(raw, signed.encode(), signature):
        check.report("signature", PROOF)
    return int(size), base64.b64decode(root), made


def read_proof(check: Check, data: bytes) -> dict[str, Any]:
    """What proof/proof.json proves: the key, the checkpoint, the entries that hold. Raises Broken."""
    said = strict_json(as_text(data))
    wanted(isinstance(said, dict) and said.get("format") == "preserve-dip-proof-1", "format")
    wanted(isinstance(said.get("public_key"), str) and KEY.fullmatch(said["public_key"]), "public_key")
    raw = public_key(said["public_key"])
    size, root, made = read_checkpoint(check, said.get("checkpoint"), raw)
    roots = {size: root}
    wanted(isinstance(said.get("earlier"), list) and len(said["earlier"]) < 1000, "earlier")
    for one in said["earlier"]:
        wanted(isinstance(one, dict), "earlier")
        older, older_root, _ = read_checkpoint(check, one.get("checkpoint"), raw)
        if begins_with(older, size, older_root, root, read_path(one)):
            roots.setdefault(older, older_root)
        else:
            check.report("checkpoint", PROOF, str(older))
    wanted(isinstance(said.get("entries"), list) and said["entries"], "entries")
    seen = set()
    entries = []
    for one in said["entries"]:
        wanted(isinstance(one, dict) and isinstance(one.get("entry"), str) and whole(one.get("index"), 0), "entries")
        steps = read_path(one)
        wanted(not CONTROL.search(one["entry"]), "entries")
        entry = strict_json(one["entry"])
        wanted(isinstance(entry, dict) and whole(entry.get("number"), 1), "entries")
        wanted(all(isinstance(entry.get(name), str) for name in ("action", "subject", "time", "actor")), "entries")
        wanted(isinstance(entry.get("details"), dict) and one["index"] not in seen, "entries")
        seen.add(one["index"])
        leaf = leaf_hash(one["entry"].encode("utf-8"))
        if entry["number"] != one["index"] + 1 or not includes(leaf, one["index"], size, steps, root):
            check.report("entry", PROOF, "{} {}".format(entry["number"], entry["action"]))
        else:
            entries.append(entry)
    return {
        "fingerprint": hashlib.sha256(raw).hexdigest(),
        "size": size,
        "made": made,
        "entries": entries,
        "roots": {str(number): known.hex() for number, known in sorted(roots.items())},
    }


def manifest_lines(data: bytes) -> dict[str, str]:
    """Digests by path (RFC 8493, 2.1.3). Raises Broken."""
    listed: dict[str, str] = {}
    for line in re.split("\r\n|\r|\n", as_text(data)):
        parted = re.fullmatch(r"([0-9A-Fa-f]{64})[ \t]+\*?(.+)", line)
        if parted:
            path = re.sub("%(0[AaDd]|25)", lambda one: chr(int(one.group(1), 16)), parted.group(2))
            wanted(path not in listed, "twice: " + path)
            listed[path] = parted.group(1).lower()
        else:
            wanted(not line, "line")
    return listed
