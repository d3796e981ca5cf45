"""Ways to tamper with a DIP, and what an honest verifier must say of each: kinds of problem and their paths."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.dips import DIP, Ledger, anchor, digests, listed, make_dip, manifests, seal, write_json

DATA = f"data/{DIP}/"
MP4 = DATA + "representations/access/data/a.mp4"
TEXT = DATA + "representations/original/data/笔录/询问笔录.txt"
EMPTY = DATA + "representations/original/data/empty.dat"
EVIDENCE, PROOF, CERTIFICATE = "proof/evidence.json", "proof/proof.json", "certificate.pdf"
TAGS = [("manifest", "tagmanifest-sha256.txt"), ("manifest", "tagmanifest-sm3.txt")]
PAYLOADS = [("manifest", "manifest-sha256.txt"), ("manifest", "manifest-sm3.txt")]


@dataclass(frozen=True)
class World:
    """The archive's ledger and that of a forger, who can sign but not with the archive's key; a place for more."""

    archive: Ledger
    forger: Ledger
    place: Path


Found = list[tuple[str, str]]
Wound = Callable[[Path, World], object]


def flip(path: Path) -> None:
    """Alter one bit in the middle; the size stays."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def add(root: Path, name: str, data: bytes = b"x") -> None:
    """Put a file there."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(data)


def edit(root: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON document; the manifests are made to agree, as a careful forger would."""
    document = json.loads((root / name).read_text(encoding="utf-8"))
    change(document)
    write_json(root / name, document)
    manifests(root)


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    """Replace text in a file, once; the manifests are made to agree."""
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    manifests(root)


def swap(root: Path, one: str, other: str) -> None:
    """Exchange two files."""
    data = (root / one).read_bytes()
    (root / one).write_bytes((root / other).read_bytes())
    (root / other).write_bytes(data)


def line(root: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of a manifest."""
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    (root / name).write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def relist(root: Path, world: World) -> None:
    """Alter a file and everything that the forger can make agree with it without the archive's key."""
    flip(root / MP4)
    edit(root, EVIDENCE, lambda said: said.update(files=listed(root)))


def sealed(root: Path, world: World, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """A list that lies, under a ledger of the forger's own: all signatures hold."""
    files = listed(root)
    change(files)
    seal(world.forger, root, files)


def other_dip(root: Path, world: World, *names: str) -> None:
    """Bring files over from another true delivery of the same archive."""
    other = make_dip(world.archive, world.place / root.parent.name, dip="dip-01jd0000000000000000000008")
    for name in names:
        shutil.copy(other / name, root / name)
    manifests(root)


def entry(number: int, **change: object) -> Callable[[dict[str, Any]], object]:
    """Change one entry of the proof."""
    return lambda said: said["entries"][number].update(change)


def reword(said: dict[str, Any]) -> None:
    """An entry that says something else than what was entered."""
    one = said["entries"][1]
    one["entry"] = one["entry"].replace('"files":3', '"files":4')


def shorten(said: dict[str, Any]) -> None:
    """A path to the root that lacks its last step."""
    said["entries"][1]["path"].pop()


def lengthen(said: dict[str, Any]) -> None:
    """A path to the root with a step too many."""
    said["entries"][1]["path"].append("0" * 64)


def sign_anew(root: Path, world: World) -> None:
    """The archive's checkpoint under the forger's name and key: the signature is the archive's."""
    key = (world.forger.keys / "ledger.pub").read_text()
    edit(root, PROOF, lambda said: said.update(public_key=key))


def forged_checkpoint(root: Path, world: World) -> None:
    """The proof of the forger's ledger, shown under the archive's key."""
    key = json.loads((root / PROOF).read_text())["public_key"]
    anchor(world.forger, root, digests(root / EVIDENCE)["sha256"], DIP)
    edit(
        root,
        PROOF,
        lambda said: said.update(
            public_key=key, checkpoint=said["checkpoint"].replace(world.forger.fingerprint, world.archive.fingerprint)
        ),
    )


def key_of_nobody(root: Path, world: World) -> None:
    """A public key of small order, with which one signature passes for every text without anybody's secret."""
    raw = bytes([1]) + bytes(31)
    pem = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()
    signature = base64.b64encode(bytes([1]) + bytes(63)).decode()

    def sign(text: str) -> str:
        return f"{text.partition(chr(10) * 2)[0]}\n\n\u2014 {hashlib.sha256(raw).hexdigest()} {signature}\n"

    def change(said: dict[str, Any]) -> None:
        said["public_key"] = f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n"
        for one in (said, *said["earlier"]):
            one["checkpoint"] = sign(one["checkpoint"])

    edit(root, PROOF, change)


def link(root: Path, world: World) -> None:
    """A file moved out of the delivery, and a link to it, which leads to the right bytes."""
    outside = world.place / f"{root.parent.name}.mp4"
    (root / MP4).rename(outside)
    (root / MP4).symlink_to(outside)


def last(key: str, value: object) -> Callable[[list[dict[str, Any]]], object]:
    """Change one field of the last file in the list."""
    return lambda files: files[-1].update({key: value})


NEW = {"path": "../outside.txt", "size": 1, **{name: hashlib.new(name, b"x").hexdigest() for name in ("sha256", "sm3")}}
BROKEN_LIST = [("malformed", EVIDENCE)]
BROKEN_PROOF = [("malformed", PROOF)]
UNPROVED = [("entry", PROOF), ("evidence", EVIDENCE)]

WOUNDS: dict[str, tuple[Wound, Found]] = {
    # files
    "one bit of a film": (lambda root, _: flip(root / MP4), [("altered", MP4)]),
    "one byte more": (lambda root, _: add(root, TEXT, (root / TEXT).read_bytes() + b"\n"), [("altered", TEXT)]),
    "cut short": (lambda root, _: os.truncate(root / MP4, 100), [("altered", MP4)]),
    "removed": (lambda root, _: (root / EMPTY).unlink(), [("missing", EMPTY)]),
    "renamed": (
        lambda root, _: (root / MP4).rename(root / DATA / "b.mp4"),
        [("missing", MP4), ("extra", DATA + "b.mp4")],
    ),
    "two exchanged": (lambda root, _: swap(root, MP4, TEXT), [("altered", MP4), ("altered", TEXT)]),
    "something added": (lambda root, _: add(root, DATA + "追加.txt"), [("extra", DATA + "追加.txt")]),
    "something added at the top": (lambda root, _: add(root, "新建.txt"), [("extra", "新建.txt")]),
    "another list": (lambda root, _: add(root, "manifest-md5.txt"), [("extra", "manifest-md5.txt")]),
    "the readme": (lambda root, _: flip(root / "README.html"), [("altered", "README.html")]),
    "the verifier": (lambda root, _: flip(root / "verify.py"), [("altered", "verify.py")]),
    "a folder for a file": (lambda root, _: ((root / MP4).unlink(), (root / MP4).mkdir()), [("missing", MP4)]),
    "a twin whose name looks the same": (
        lambda root, _: add(root, DATA + "representations/original/data/caf\u00e9.txt"),
        [("extra", DATA + "representations/original/data/caf\u00e9.txt")],
    ),
    "a delivery in the delivery": (
        lambda root, _: shutil.copytree(root / "proof", root / DATA / "x" / "proof"),
        [("extra", DATA + "x/proof/evidence.json"), ("extra", DATA + "x/proof/proof.json")],
    ),
    # certificate
    "another certificate": (
        lambda root, _: (flip(root / CERTIFICATE), manifests(root)),
        [("certificate", CERTIFICATE)],
    ),
    "no certificate": (lambda root, _: (root / CERTIFICATE).unlink(), [("missing", CERTIFICATE)]),
    "another delivery's certificate": (
        lambda root, world: other_dip(root, world, CERTIFICATE),
        [("certificate", CERTIFICATE)],
    ),
    # the list
    "file and list altered alike": (relist, [("evidence", EVIDENCE)]),
    "the list as text": (lambda root, _: rewrite(root, EVIDENCE, "Q-2026", "Q-2027"), [("evidence", EVIDENCE)]),
    "a name twice in the list": (
        lambda root, _: rewrite(root, EVIDENCE, ' "request"', ' "dip": "x",\n "request"'),
        [*BROKEN_LIST],
    ),
    "a name twice, spelt otherwise": (
        lambda root, _: rewrite(root, EVIDENCE, ' "request"', ' "d\\u0069p"' + " " * 300 + ': "x", "request"'),
        [*BROKEN_LIST],
    ),
    "another delivery's list": (lambda root, world: other_dip(root, world, EVIDENCE), []),
    "no list": (lambda root, _: (root / EVIDENCE).unlink(), [("missing", EVIDENCE)]),
    "a list that is no JSON": (lambda root, _: add(root, EVIDENCE, b"{"), [*BROKEN_LIST]),
    "a list that is no UTF-8": (lambda root, _: add(root, EVIDENCE, b'"\xff"'), [*BROKEN_LIST]),
    "a deep list": (lambda root, _: add(root, EVIDENCE, b"[" * 200_000 + b"]" * 200_000), [*BROKEN_LIST]),
    "an empty list": (lambda root, world: seal(world.forger, root, []), [*BROKEN_LIST]),
    "a list without evidence": (
        lambda root, world: seal(
            world.forger, root, [one for one in listed(root) if not one["path"].startswith("data/")]
        ),
        [*BROKEN_LIST],
    ),
    "a file twice in the list": (
        lambda root, world: sealed(root, world, lambda files: files.append(files[0])),
        [*BROKEN_LIST],
    ),
    "a file twice, composed otherwise": (
        lambda root, world: sealed(
            root,
            world,
            lambda files: files.append({**NEW, "path": DATA + "representations/original/data/caf\u00e9.txt"}),
        ),
        [*BROKEN_LIST],
    ),
    "a path that leaves": (
        lambda root, world: sealed(root, world, lambda files: files.append(NEW)),
        [("unsafe", "../outside.txt")],
    ),
    "an absolute path": (
        lambda root, world: sealed(root, world, last("path", "/etc/passwd")),
        [("unsafe", "/etc/passwd"), ("extra", "verify.py"), *TAGS],
    ),
    "a drive": (
        lambda root, world: sealed(root, world, last("path", "C:/a")),
        [("unsafe", "C:/a"), ("extra", "verify.py"), *TAGS],
    ),
    "a backslash": (
        lambda root, world: sealed(root, world, last("path", "..\\a")),
        [("unsafe", "..\\a"), ("extra", "verify.py"), *TAGS],
    ),
    "a line end in a path": (
        lambda root, world: sealed(root, world, last("path", "a\nb")),
        [("unsafe", "a\nb"), ("extra", "verify.py"), *TAGS],
    ),
    "evidence of another delivery": (
        lambda root, world: sealed(root, world, last("path", "data/dip-x/a")),
        [("other", "data/dip-x/a"), ("extra", "verify.py"), *TAGS],
    ),
    "the certificate in the list": (lambda root, world: sealed(root, world, last("path", CERTIFICATE)), [*BROKEN_LIST]),
    "a size that is no number": (lambda root, world: sealed(root, world, last("size", True)), [*BROKEN_LIST]),
    "a size in halves": (lambda root, world: sealed(root, world, last("size", 1.0)), [*BROKEN_LIST]),
    "a size beyond all": (lambda root, world: sealed(root, world, last("size", 2**53)), [*BROKEN_LIST]),
    "a digest in capitals": (lambda root, world: sealed(root, world, last("sha256", "A" * 64)), [*BROKEN_LIST]),
    "only the second digest wrong": (
        lambda root, world: sealed(root, world, last("sm3", "0" * 64)),
        [("altered", "verify.py"), ("manifest", "tagmanifest-sm3.txt")],
    ),
    # the proof
    "no proof": (lambda root, _: (root / PROOF).unlink(), [("missing", PROOF)]),
    "another delivery's proof": (
        lambda root, world: other_dip(root, world, PROOF),
        [("other", PROOF), ("evidence", EVIDENCE), ("certificate", CERTIFICATE)],
    ),
    "another delivery's proof and list": (lambda root, world: other_dip(root, world, PROOF, EVIDENCE), []),
    "a proof for another name": (
        lambda root, world: seal(world.forger, root, subject="dip-01jd0000000000000000000009"),
        [("other", PROOF), ("evidence", EVIDENCE), ("certificate", CERTIFICATE)],
    ),
    "a path of the proof cut short": (lambda root, _: edit(root, PROOF, shorten), UNPROVED),
    "a path of the proof too long": (lambda root, _: edit(root, PROOF, lengthen), UNPROVED),
    "a path of the proof altered": (lambda root, _: edit(root, PROOF, entry(1, path=["0" * 64] * 3)), UNPROVED),
    "an entry reworded": (lambda root, _: edit(root, PROOF, reword), UNPROVED),
    "an entry elsewhere": (lambda root, _: edit(root, PROOF, entry(1, index=3)), UNPROVED),
    "an entry withheld": (
        lambda root, _: edit(root, PROOF, lambda said: said["entries"].pop(1)),
        [("evidence", EVIDENCE)],
    ),
    "an entry twice": (
        lambda root, _: edit(root, PROOF, lambda said: said["entries"].append(said["entries"][0])),
        [*BROKEN_PROOF],
    ),
    "no entries": (lambda root, _: edit(root, PROOF, lambda said: said.update(entries=[])), [*BROKEN_PROOF]),
    "sealed twice": (
        lambda root, world: (
            world.archive.append("dip.made", DIP, {"evidence_sha256": "0" * 64}),
            world.archive.prove(root / PROOF, range(1, _size(world) + 1)),
            manifests(root),
        ),
        [("evidence", EVIDENCE), ("other", PROOF)],
    ),
    "the checkpoint's size": (
        lambda root, _: rewrite(root, PROOF, "\\n8\\n", "\\n9\\n"),
        [("signature", PROOF), *UNPROVED, ("certificate", CERTIFICATE), ("checkpoint", PROOF)],
    ),
    "the checkpoint's time": (
        lambda root, _: rewrite(root, PROOF, "=\\n2026-03-12T01:30:15Z\\n", "=\\n2025-03-12T01:30:15Z\\n"),
        [("signature", PROOF)],
    ),
    "another key": (sign_anew, [("signature", PROOF)]),
    "the forger's checkpoint under the archive's name": (forged_checkpoint, [("signature", PROOF)]),
    "a key of nobody": (key_of_nobody, [("signature", PROOF)]),
    "a proof that is no JSON": (lambda root, _: add(root, PROOF, b"[]]"), [*BROKEN_PROOF]),
    "a key that is none": (
        lambda root, _: edit(root, PROOF, lambda said: said.update(public_key="-----BEGIN PUBLIC KEY-----")),
        [*BROKEN_PROOF],
    ),
    "an earlier root altered": (
        lambda root, _: edit(root, PROOF, lambda said: said["earlier"][0].update(path=["0" * 64])),
        [("checkpoint", PROOF)],
    ),
    "an earlier checkpoint of another ledger": (
        lambda root, world: edit(root, PROOF, lambda said: said.update(earlier=_proof_of(root, world)["earlier"])),
        [("signature", PROOF), ("checkpoint", PROOF)],
    ),
    # the manifests
    "a manifest's digest": (
        lambda root, _: line(root, "manifest-sm3.txt", lambda lines: ["0" * 64 + lines[0][64:], *lines[1:]]),
        [("manifest", "manifest-sm3.txt"), *TAGS],
    ),
    "a manifest's line less": (
        lambda root, _: line(root, "manifest-sha256.txt", lambda lines: lines[1:]),
        [("manifest", "manifest-sha256.txt"), *TAGS],
    ),
    "a manifest's line more": (
        lambda root, _: line(root, "manifest-sha256.txt", lambda lines: [*lines, "0" * 64 + "  certificate.pdf"]),
        [("manifest", "manifest-sha256.txt"), *TAGS],
    ),
    "a manifest's line twice": (
        lambda root, _: line(root, "tagmanifest-sm3.txt", lambda lines: [*lines, lines[0]]),
        [("malformed", "tagmanifest-sm3.txt")],
    ),
    "a manifest's line broken": (
        lambda root, _: line(root, "tagmanifest-sm3.txt", lambda lines: [*lines, "garbage"]),
        [("malformed", "tagmanifest-sm3.txt")],
    ),
    "no manifest": (lambda root, _: (root / "manifest-sm3.txt").unlink(), [("missing", "manifest-sm3.txt")]),
    "no tag manifest": (
        lambda root, _: (root / "tagmanifest-sha256.txt").unlink(),
        [("missing", "tagmanifest-sha256.txt")],
    ),
}


def _proof_of(root: Path, world: World) -> dict[str, Any]:
    other = make_dip(world.forger, world.place / "other" / root.parent.name)
    said: dict[str, Any] = json.loads((other / PROOF).read_text(encoding="utf-8"))
    return said


def _size(world: World) -> int:
    from preserve.data_management import ledger

    with world.archive.catalogue.read() as connection:
        return ledger.size(connection)
