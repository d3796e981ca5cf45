"""Proofs: paths are those of RFC 9162 as others compute them; the small program believes what is true and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.make_case import make_case
from preserve.data_management.proof.export import check_proof
from tests.support.program import Archive, found


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Path]:
    """A case that was ingested and audited, with its proof and an earlier checkpoint's."""
    folder = tmp_path_factory.mktemp("proof")
    archive = found(folder / "archive")
    assert archive.run("ingest", str(make_case(folder / "案件", small=True))).returncode == 0
    early = sorted((archive.home / "store" / "ledger").glob("*.checkpoint"))[0]
    assert archive.run("audit", "run").returncode == 0
    name = archive.packages()[0].name
    done = archive.run("ledger", "prove", name, "--output", str(folder / "proof"), "--earlier", str(early))
    assert done.returncode == 0, done.stderr
    return archive, folder / "proof"


def run(proof: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "check_proof.py", *options], cwd=proof, capture_output=True, text=True, check=False
    )


def test_a_third_party_is_convinced(proven: tuple[Archive, Path]) -> None:
    archive, proof = proven
    done = run(proof, "--key", str(archive.home / "keys" / "ledger.pub"))
    assert done.returncode == 0, done.stdout
    for word in ("case.registered", "audit.ended", "records/", "earlier checkpoint"):
        assert word in done.stdout
    # OpenSSL agrees about the signature.
    document = json.loads((proof / "proof.json").read_text(encoding="utf-8"))
    key = check_proof.public_key(document["public_key"])
    _, _, note, signature, _ = check_proof.read_checkpoint(document["checkpoint"], key)
    (proof.parent / "note").write_bytes(note)
    (proof.parent / "signature").write_bytes(signature)
    checked = subprocess.run(
        [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            proof / "ledger.pub",
            "-rawin",
            "-in",
            proof.parent / "note",
            "-sigfile",
            proof.parent / "signature",
        ],
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_nothing_beside_a_proof_is_run(proven: tuple[Archive, Path], tmp_path: Path) -> None:
    """Python looks for modules beside a program first; a proof may bring its own."""
    proof = Path(shutil.copytree(proven[1], tmp_path / "proof"))
    (proof / "hashlib.py").write_text("print('hostile')\nraise SystemExit(0)\n")
    done = subprocess.run([sys.executable, "check_proof.py"], cwd=proof, capture_output=True, text=True, check=False)
    assert (done.returncode, "hostile" in done.stdout) == (0, False) and "fingerprint" in done.stdout


def test_each_lie_is_seen(proven: tuple[Archive, Path], tmp_path: Path) -> None:
    _, proof = proven
    document = json.loads((proof / "proof.json").read_text(encoding="utf-8"))

    def verdict(change: dict[str, object], spoil: str = "") -> int:
        shutil.rmtree(tmp_path / "p", ignore_errors=True)
        shutil.copytree(proof, tmp_path / "p")
        (tmp_path / "p" / "proof.json").write_text(json.dumps({**document, **change}), encoding="utf-8")
        if spoil:
            file = next((tmp_path / "p").rglob(spoil))
            file.write_bytes(file.read_bytes()[:-1] + b"?")
        return run(tmp_path / "p").returncode

    assert verdict({}) == 0
    entries = document["entries"]
    altered = [{**entries[0], "entry": entries[0]["entry"].replace("root", "toor")}, *entries[1:]]
    assert verdict({"entries": altered}) == 1
    assert verdict({"entries": [{**entries[1], "index": 0}]}) == 1
    assert verdict({"entries": [{**entries[0], "path": entries[0]["path"][1:]}]}) == 1
    assert verdict({"checkpoint": document["checkpoint"].replace("\n\n", "\n\n\n")}) == 1
    made = document["checkpoint"].split("\n")[3]
    assert verdict({"checkpoint": document["checkpoint"].replace(made, "2020-01-01T00:00:00Z")}) == 1
    earlier = document["earlier"][0]
    assert verdict({"earlier": [{**earlier, "path": earlier["path"][::-1]}]}) == 1 or len(earlier["path"]) < 2
    assert verdict({"earlier": [{**earlier, "path": []}]}) == 1
    assert verdict({}, "*.parquet") == 1
    other = Ed25519PrivateKey.generate().public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    assert verdict({"public_key": pem}) == 1


def test_a_checkpoint_of_another_history_is_refused(proven: tuple[Archive, Path], tmp_path: Path) -> None:
    archive, _ = proven
    other = found(tmp_path / "other")
    assert other.run("ledger", "checkpoint").returncode == 0
    foreign = sorted((other.home / "store" / "ledger").glob("*.checkpoint"))[0]
    name = archive.packages()[0].name
    done = archive.run("ledger", "prove", name, "--output", str(tmp_path / "p"), "--earlier", str(foreign))
    assert done.returncode == 4
    assert not (tmp_path / "p").exists()
