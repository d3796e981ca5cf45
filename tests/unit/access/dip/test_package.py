"""A delivery built: what each of its layers covers, and what the ledger says of it."""

from __future__ import annotations

import hashlib
import json

import pytest

from metadata.verify import verify_package
from preserve.data_management import ledger
from preserve.progress import Silent
from tests.support.asking import Counter
from tests.support.built import Built

pytestmark = pytest.mark.xdist_group("dip")
AFTER = {"certificate.pdf", "proof/evidence.json", "proof/proof.json"}


def files(built: Built) -> dict[str, bytes]:
    return {
        path.relative_to(built.root).as_posix(): path.read_bytes() for path in built.root.rglob("*") if path.is_file()
    }


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_evidence_lists_every_file_but_those_that_are_about_it(built: Built) -> None:
    there = files(built)
    evidence = json.loads(there["proof/evidence.json"])
    listed = {file["path"]: (file["size"], file["sha256"]) for file in evidence["files"]}
    manifests = {name for name in there if name.startswith(("manifest-", "tagmanifest-"))}
    assert len(manifests) == 4
    assert listed == {name: (len(data), sha256(data)) for name, data in there.items() if name not in AFTER | manifests}
    assert (evidence["dip"], evidence["request"]) == (built.root.name, built.request.number)


def test_the_manifests_cover_the_payload_and_everything_else(built: Built) -> None:
    there = files(built)
    for name, covered in (
        ("manifest-sha256.txt", {path for path in there if path.startswith("data/")}),
        ("tagmanifest-sha256.txt", {path for path in there if not path.startswith(("data/", "tagmanifest-"))}),
    ):
        lines = dict(reversed(line.split("  ", 1)) for line in there[name].decode().splitlines())  # type: ignore[misc]
        assert lines == {path: sha256(there[path]) for path in covered}
    assert verify_package(built.root, from_medium=False, progress=Silent()).intact


def test_the_ledger_names_the_evidence_first_and_then_the_certificate(counter: Counter, built: Built) -> None:
    with counter.archive.catalogue.read() as connection:
        made, certified = ledger.about(connection, built.root.name)[:2]
    assert (made.action, certified.action) == ("dip.made", "dip.certified")
    there = files(built)
    assert made.details["evidence_sha256"] == sha256(there["proof/evidence.json"]) == built.delivery.evidence_sha256
    assert certified.details["certificate_sha256"] == sha256(there["certificate.pdf"])
    proven = {entry["index"] + 1 for entry in json.loads(there["proof/proof.json"])["entries"]}
    assert {made.number, certified.number} <= proven
    with counter.archive.catalogue.read() as connection:
        history = {entry.number for entry in ledger.about(connection, built.request.number)}
        registered = {entry.number for entry in ledger.about(connection, counter.objid, "case.registered")}
    assert history | registered <= proven


def test_what_was_built_is_counted_as_it_lies_there(built: Built) -> None:
    there = files(built)
    assert (built.delivery.files, built.delivery.size) == (len(there), sum(map(len, there.values())))
    payload = [data for name, data in there.items() if name.startswith("data/")]
    assert f"Payload-Oxum: {sum(map(len, payload))}.{len(payload)}" in there["bag-info.txt"].decode()
