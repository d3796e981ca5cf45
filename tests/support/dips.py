"""Folders with the shape of a DIP, put together by the functions that deliver: ledger, manifests, proof, verifiers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metadata import bag
from preserve.access.proof import write_proof
from preserve.access.verifier import put_verifiers
from preserve.data_management import checkpoints, ledger
from preserve.data_management.database import Catalogue
from tests.support.catalogues import new_catalogue

DIP = "dip-01jd0000000000000000000007"
ALGORITHMS = ("sha256", "sm3")
MOMENT = datetime(2026, 3, 12, 1, 30, 15, tzinfo=UTC)
Content = Sequence[tuple[str, bytes]]
CONTENT: Content = (
    ("METS.xml", b"<mets/>"),
    ("representations/original/data/笔录/询问笔录.txt", "问：姓名？".encode() * 50),
    ("representations/original/data/100% 真 #1+;=@!$.txt", b"percent"),
    ("representations/original/data/cafe\u0301.txt", b"decomposed"),
    ("representations/original/data/nai\u0308ve é.txt", b"both"),
    ("representations/original/data/empty.dat", b""),
    ("representations/access/data/a.mp4", bytes(range(256)) * 4097),
)


@dataclass(frozen=True)
class Ledger:
    """A ledger of its own, with keys."""

    catalogue: Catalogue
    keys: Path

    def append(self, action: str, subject: str, details: dict[str, Any]) -> int:
        """One entry, and a checkpoint over all."""
        with self.catalogue.begin() as connection:
            number = ledger.append(
                connection, action=action, subject=subject, actor="wang", details=details, moment=MOMENT
            )
            checkpoints.checkpoint(connection, self.keys, "01jd0000000000000000000000", MOMENT)
        return number

    def prove(self, target: Path, numbers: Sequence[int]) -> None:
        """Write a proof."""
        with self.catalogue.read() as connection:
            write_proof(connection, self.keys / "ledger.pub", target, numbers)

    @property
    def fingerprint(self) -> str:
        """Of its public key."""
        return hashlib.sha256(checkpoints.raw_public_key(self.keys / "ledger.pub")).hexdigest()


def make_ledger(folder: Path, entries: int = 5) -> Ledger:
    """A ledger in which something happened already."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoints.create_keys(folder / "keys")
    made = Ledger(new_catalogue(folder / "catalogue.sqlite"), folder / "keys")
    for number in range(entries):
        made.append("case.registered", f"aip-{number}", {"case_number": f"临综罚〔2026〕{number}号"})
    return made


def digests(path: Path) -> dict[str, str]:
    """SHA-256 and SM3 of a file of any size."""
    found = {}
    for name in ALGORITHMS:
        with path.open("rb") as stream:
            found[name] = hashlib.file_digest(stream, name).hexdigest()
    return found


def listed(root: Path) -> list[dict[str, Any]]:
    """What evidence.json says of the files that are there."""
    own = {"certificate.pdf", "proof/evidence.json", "proof/proof.json"}
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return [
        {"path": name, "size": (root / name).stat().st_size, **digests(root / name)}
        for name in names
        if name not in own and not name.startswith(("manifest-", "tagmanifest-"))
    ]


def write_json(path: Path, document: object) -> str:
    """Write it as deliveries do; its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def manifests(root: Path) -> None:
    """Write all four manifests over what is there."""
    for name in ("manifest", "tagmanifest"):
        for algorithm in ALGORITHMS:
            (root / f"{name}-{algorithm}.txt").unlink(missing_ok=True)
    paths = [path for path in sorted((root / "data").rglob("*")) if path.is_file()]
    payload = {path.relative_to(root).as_posix(): digests(path) for path in paths}
    for algorithm in ALGORITHMS:
        lines = [(name, known[algorithm]) for name, known in payload.items()]
        bag.write_manifest(root / f"manifest-{algorithm}.txt", lines)
    bag.write_tag_manifests(root, ALGORITHMS)


def seal(log: Ledger, root: Path, files: list[dict[str, Any]] | None = None, dip: str = "", subject: str = "") -> None:
    """List, anchor, certify, prove; again where it was sealed before. A forger with a ledger of his own may lie."""
    dip = dip or root.name
    document = {
        "format": "preserve-dip-1",
        "dip": dip,
        "request": "Q-2026-0001",
        "made": "2026-03-12T01:30:15Z",
        "files": listed(root) if files is None else files,
    }
    evidence = write_json(root / "proof" / "evidence.json", document)
    anchor(log, root, evidence, subject or dip)
    manifests(root)


def anchor(log: Ledger, root: Path, evidence: str, subject: str) -> None:
    """Enter the digests in the ledger and write the proof."""
    certificate = hashlib.sha256((root / "certificate.pdf").read_bytes()).hexdigest()
    numbers = [1, log.append("dip.made", subject, {"evidence_sha256": evidence, "files": 3})]
    log.append("aip.stored", "aip-other", {})
    numbers.append(log.append("dip.certified", subject, {"certificate_sha256": certificate}))
    log.prove(root / "proof" / "proof.json", numbers)


def make_dip(log: Ledger, folder: Path, content: Content = CONTENT, dip: str = DIP) -> Path:
    """A whole one, in `folder`."""
    root = folder / dip
    for name, data in content:
        path = root / "data" / dip / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bag.write_declaration(root)
    bag.write_info(root, [("External-Identifier", dip)])
    (root / "README.html").write_text("<p>先读我", encoding="utf-8")
    (root / "certificate.pdf").write_bytes(b"%PDF-1.7 " + dip.encode())
    put_verifiers(root)
    seal(log, root)
    return root
