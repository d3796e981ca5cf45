"""Builds a DIP in the work area: content, descriptions, verifiers, certificate, proof; nothing of it is outside yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from metadata import bag
from metadata.findings import Finding
from preserve import __version__
from preserve.access.certificate import CertificateMade, certify, put_chain
from preserve.access.dip import contents, describing, documents, evidence_list
from preserve.access.dip.contents import ALGORITHMS, Given
from preserve.access.dip.deriving import derive
from preserve.access.dip.notes import notes_of
from preserve.access.proof import write_proof
from preserve.access.redaction.naming import told_of
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import HeldCase
from preserve.access.verifier import put_verifiers
from preserve.administration.actor import Actor
from preserve.administration.paper_pages import pages_of
from preserve.clock import stamp, zone
from preserve.data_management import ledger, object_index, sealer
from preserve.home import Home
from preserve.progress import Progress
from storage_adapters.durable import sync_file_system, write_file
from storage_adapters.reading import walk_files


@dataclass(frozen=True, slots=True)
class Order:
    """What a DIP is built for: an approved request and its cases, by whom."""

    actor: Actor
    request: Request
    cases: dict[str, HeldCase]


def build(order: Order, staged: Path, progress: Progress) -> tuple[Delivery, tuple[Finding, ...]]:
    """Build the DIP as the folder `staged`, whose name is its identifier.

    The order of its eleven writes is that of who needs what: content first, with the documents that tell how it was
    derived; METS and PREMIS over both; then the frame of the bag, the verifiers and the certificate's chain. Only now
    everything that evidence.json lists is there; its digest goes into the ledger, the certificate over it is signed,
    and the certificate's own digest follows. The manifests come last, since they cover all of that. Returns what was
    built, and what a person should know of it.
    """
    home, request = order.actor.home, order.request
    dip, moment = staged.name, stamp(order.actor.now())
    package = staged / "data" / dip
    package.mkdir(parents=True)
    given, written, listed = _content(order, package, moment, progress)
    with order.actor.catalogue.read() as connection:
        describing.describe(connection, home, request, given, written, listed)
    payload = {f"data/{dip}/{file.path}": (file.size, file.digests) for file in given}
    payload |= {f"data/{dip}/{path}": known for path, known in written.files.items()}
    bag.write_declaration(staged)
    bag.write_info(staged, _info(home, request, dip, payload, moment))
    write_file(staged / "README.html", documents.readme(home, request, dip, given))
    put_verifiers(staged)
    put_chain(home, staged)
    evidence = _evidence_file(staged, request, payload, moment)
    certificate = _certify(order, given, staged, evidence)
    for algorithm in ALGORITHMS:
        lines = sorted((path, digests[algorithm]) for path, (_, digests) in payload.items())
        bag.write_manifest(staged / f"manifest-{algorithm}.txt", lines)
    bag.write_tag_manifests(staged, ALGORITHMS)
    sync_file_system(staged)
    names = list(walk_files(staged))
    delivery = Delivery(
        dip=dip,
        by=order.actor.account,
        when=stamp(order.actor.now()),
        to="",
        form="",
        files=len(names),
        size=sum((staged / name).stat().st_size for name in names),
        evidence_sha256=evidence,
        certificate_sha256=certificate.sha256,
    )
    return delivery, certificate.findings


def _content(
    order: Order, package: Path, moment: str, progress: Progress
) -> tuple[list[Given], describing.Written, list[tuple[str, str]]]:
    """What is given, what was written beside it, and the paths and types of the latter."""
    home, request = order.actor.home, order.request
    given, notes = _evidence(order, package, progress)
    with order.actor.catalogue.read() as connection:
        notes += notes_of(connection, home, order.cases, given)
    written = describing.Written(package, moment)
    listed = [(path, mime) for path, mime, _ in notes]
    for path, _, data in notes:
        written.put(path, data)
    capacity = read_requests_profile(home.profiles).of(request.consumer.capacity)
    described = {objid: case.description for objid, case in order.cases.items()}
    for path, mime, data in documents.documents(home, request, capacity, described, given, moment):
        written.put(path, data)
        listed.append((path, mime))
    return given, written, listed


def _evidence(order: Order, package: Path, progress: Progress) -> tuple[list[Given], list[tuple[str, str, bytes]]]:
    """Every selected file, as it is or derived for this delivery, in the order of every paper; and the documents that
    tell what was done."""
    home, request = order.actor.home, order.request
    assert request.examination is not None
    selection = request.examination.selection
    names = contents.names_for(selection)
    derived_files = derive(home, request, package, names, progress)
    given = []
    for number, (file, name) in enumerate(zip(selection, names, strict=True), 1):
        about = told_of(file, order.cases[file.objid].about(file.path))
        derived = derived_files.files.get((file.objid, file.path, file.begin))
        if derived is not None:
            path, representation = derived.path, derived.representation
            size, digests = contents.digests_of(package / path)
            one = Given(number, path, representation, file, about, size, digests, derived.made_by, derived.event)
        else:
            path = f"representations/{file.representation}/data/{name}"
            size, digests = contents.take(home, file, package / path, progress)
            one = Given(number, path, file.representation, file, about, size, digests)
        given.append(_known(order, one))
    return evidence_list.in_order(given, read_requests_profile(home.profiles)), derived_files.papers


def _known(order: Order, one: Given) -> Given:
    """With what its original says of itself: when it was made, of how many pages it is."""
    case, home = order.cases[one.selected.objid], order.actor.home
    with order.actor.catalogue.read() as connection:
        version = int(case.package.rpartition("_v")[2])
        known = object_index.read(connection, case.originals[one.selected.path], version).significant
    formed = evidence_list.formed(one.about, known, case.description, zone(home.settings.time_zone))
    pages = 0 if one.selected.begin is not None else pages_of(one.path, known)
    return replace(one, formed=formed, pages=pages, recorded="duration" in known)


def _info(
    home: Home, request: Request, dip: str, payload: dict[str, tuple[int, dict[str, str]]], made: str
) -> list[tuple[str, str]]:
    size = sum(size for size, _ in payload.values())
    return [
        ("Source-Organization", home.settings.institution),
        ("External-Identifier", dip),
        ("External-Description", f"{request.number} {request.wanted[0].case_number}"),
        ("Bagging-Date", made[:10]),
        ("Payload-Oxum", f"{size}.{len(payload)}"),
        ("Bag-Software-Agent", f"preserve {__version__}"),
        ("E-ARK-Package-Type", "DIP"),
    ]


def _evidence_file(staged: Path, request: Request, payload: dict[str, tuple[int, dict[str, str]]], made: str) -> str:
    """Write proof/evidence.json over all that is there now; return its SHA-256."""
    known = dict(payload)
    for name in walk_files(staged):
        if name not in known:
            known[name] = contents.digests_of(staged / name)
    document = {
        "format": "preserve-dip-1",
        "dip": staged.name,
        "request": request.number,
        "made": made,
        "files": [
            {"path": path, "size": size, "sha256": digests["sha256"], "sm3": digests["sm3"]}
            for path, (size, digests) in sorted(known.items())
        ],
    }
    data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    write_file(staged / "proof" / "evidence.json", data)
    return hashlib.sha256(data).hexdigest()


def _certify(order: Order, given: Sequence[Given], staged: Path, evidence: str) -> CertificateMade:
    """Anchor the evidence in the ledger, have the certificate signed, anchor that too, and write the proof."""
    actor, request = order.actor, order.request
    with actor.catalogue.begin() as connection:
        numbers = _history(connection, request, order.cases)
        details = {"evidence_sha256": evidence, "files": len(given)}
        numbers.append(_anchor(connection, order, "dip.made", staged.name, details))
    sealer.await_signer(actor.home, actor.catalogue)
    with actor.catalogue.read() as connection:
        certificate = certify(actor.home, connection, request, given, staged, evidence, numbers)
    with actor.catalogue.begin() as connection:
        details = {"certificate_sha256": certificate.sha256}
        numbers.append(_anchor(connection, order, "dip.certified", staged.name, details))
    sealer.await_signer(actor.home, actor.catalogue)
    with actor.catalogue.read() as connection:
        write_proof(connection, actor.home.keys / "ledger.pub", staged / "proof" / "proof.json", numbers)
    return certificate


def _anchor(connection: Connection, order: Order, action: str, dip: str, details: Mapping[str, object]) -> int:
    """Enter it; the entry's number. A proof needs a checkpoint over it: that of the transaction, or the sealer's."""
    common = {"cases": list(order.request.cases), "request": order.request.number}
    return ledger.append(
        connection,
        action=action,
        subject=dip,
        actor=order.actor.account,
        moment=order.actor.now(),
        details={**common, **details},
    )


def _history(connection: Connection, request: Request, cases: dict[str, HeldCase]) -> list[int]:
    """The entries that tell how the evidence came into the archive and how it was approved."""
    found = []
    for objid in cases:
        found += [entry.number for entry in ledger.about(connection, objid, "case.registered")]
    found += [entry.number for entry in ledger.about(connection, request.number)]
    return sorted(found)
