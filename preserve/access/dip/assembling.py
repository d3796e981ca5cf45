"""Puts a DIP together from an approved request, seals it in the ledger, and hands it over; whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from ulid import ULID

from metadata import bag
from metadata.findings import Finding
from preserve import __version__
from preserve.access.certificate import CertificateMade, certify, check_signer, put_chain
from preserve.access.dip import contents, describing, documents, handing
from preserve.access.dip.contents import ALGORITHMS, Given
from preserve.access.dip.deriving import derive
from preserve.access.dip.forms import Form, check_form, hand_over
from preserve.access.dip.notes import notes_of
from preserve.access.proof import write_proof
from preserve.access.redaction.naming import told_of
from preserve.access.requests import steps
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import HeldCase, read_case
from preserve.access.verifier import put_verifiers
from preserve.administration.people import Person
from preserve.clock import stamp
from preserve.data_management import ledger, sealing
from preserve.data_management.database import Catalogue
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.messages import speaking
from preserve.outputs import check_device, into_folder
from preserve.work import require_space
from storage_adapters.durable import discard, drop_file, sync_file_system, write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import walk_files


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was handed over, and where it lies."""

    request: Request
    delivery: Delivery
    place: Path
    findings: tuple[Finding, ...] = ()  # what a person should know, such as a certificate that expires soon


def deliver(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    target: Path,
    form: Form,
    *,
    to: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
    password: str = "",
    device: Path | None = None,
) -> Delivered:
    """Make the DIP of an approved request in the folder `target`. Raises Refused, NotPermitted, NotIntact.

    Nothing is delivered without approval (regulation Art. 21, 23): what is given is exactly what the head approved,
    as the record of that step lists it, file by file with digests.
    """
    if device is not None:
        check_device(device, home)
    with REQUESTS.claimed(home, number, "request.busy"), into_folder(target, home) as held:
        made = _deliver(home, catalogue, person, number, held, target, form, to, now, progress, password, device)
    # By the handle the folder stayed the one that was checked; people know it by its name.
    return replace(made, place=target / made.place.name) if made.place.parent == held else made


def _deliver(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    target: Path,
    named: Path,
    form: Form,
    to: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
    password: str,
    device: Path | None,
) -> Delivered:
    """`target` is the folder by its handle, `named` what people call it."""
    with catalogue.read() as connection:
        REQUESTS.may(connection, person, "delivered")
        request = REQUESTS.read(connection, home, number)
    building = home.work / f"request-{number}.building"
    if (adopted := _settle(home, catalogue, person, request, building, password, now, progress)) is not None:
        return adopted
    REQUESTS.check(request, "delivered", person.account)
    check_form(target, form, password)
    with catalogue.read() as connection:
        cases = {objid: read_case(home, connection, objid) for objid in request.cases}
    assert request.examination is not None
    selection = request.examination.selection
    require_space(home.work, 3 * sum(one.size for one in selection), home.settings.reserve)
    check_signer(home)
    _sweep(building, home.work, target)
    staged = building / f"dip-{str(ULID()).lower()}"
    try:
        with speaking(home.settings.language):
            delivery, findings = _build(home, catalogue, person, request, cases, staged, now, progress)
        delivery = delivery.model_copy(update={"to": to or request.consumer.name, "form": form})
        handing.note(home, number, staged, delivery, named.absolute(), form, device)
        place, _ = hand_over(staged, target, form, password, device, progress)
        done = _enter(home, catalogue, person, delivery, number, now)
        handing.forget(home, number)
    except BaseException:
        with suppress(PreserveError, StorageError):  # where it cannot be done now, the next run does it
            _undo(home, catalogue, number)
        raise
    finally:
        with suppress(FileNotFoundError):
            discard(building, home.work)
    return Delivered(done, delivery, place, findings)


def _settle(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    request: Request,
    building: Path,
    password: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Delivered | None:
    """What a run handed over that was killed before it entered it: entered now where it is whole, else taken back."""
    found = handing.noted(home, request.number)
    if found is None:
        if request.delivery is not None and building.exists():  # killed while it cleared up
            discard(building, home.work)
        return None
    entered = request.delivery is not None and request.delivery.dip == found.delivery.dip
    adopted = None
    staged = building / found.delivery.dip
    if not entered and request.state == "approved" and handing.is_whole(found, staged, password, progress):
        done = _enter(home, catalogue, person, found.delivery, request.number, now)
        adopted = Delivered(done, found.delivery, found.place)
    if entered or adopted:
        handing.forget(home, request.number)
    else:
        handing.take_back(home, request.number)
    with suppress(FileNotFoundError):
        discard(building, home.work)
    return adopted


def _undo(home: Home, catalogue: Catalogue, number: str) -> None:
    """What no entry tells of may not lie outside."""
    with catalogue.read() as connection:
        delivery = REQUESTS.read(connection, home, number).delivery
    found = handing.noted(home, number)
    if found is not None and delivery is not None and delivery.dip == found.delivery.dip:
        handing.forget(home, number)
    else:
        handing.take_back(home, number)


def _enter(
    home: Home, catalogue: Catalogue, person: Person, delivery: Delivery, number: str, now: Callable[[], datetime]
) -> Request:
    """Write down that it was delivered."""
    with catalogue.begin() as connection:
        # Somebody may have withdrawn it, or delivered it too, since it was read.
        current = REQUESTS.read(connection, home, number)
        done = steps.note_delivery(connection, home, person, current, delivery, now())
    sealing.close_segment(home, catalogue)
    return done


def _sweep(building: Path, work: Path, target: Path) -> None:
    """What an attempt left that was killed: what it was making, and what it had half written to the same folder."""
    if not building.exists():
        return
    for name in os.listdir(building):
        for left in (f".{name}.part", f".{name}.zip.part", f"{name}.iso"):
            if (target / left).is_dir():
                discard(target / left, target)
            else:
                drop_file(target / left, target)
    discard(building, work)


def _build(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    request: Request,
    cases: dict[str, HeldCase],
    staged: Path,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
) -> tuple[Delivery, tuple[Finding, ...]]:
    dip, moment = staged.name, now()
    package = staged / "data" / dip
    package.mkdir(parents=True)
    capacity = read_requests_profile(home.profiles).of(request.consumer.capacity)
    given, more = _evidence(home, request, cases, package, progress)
    with catalogue.read() as connection:
        more += notes_of(connection, home, cases, given)
    written = describing.Written(package, stamp(moment))
    listed = [(path, mime) for path, mime, _ in more]
    for path, _, data in more:
        written.put(path, data)
    described = [case.description for case in cases.values()]
    for path, mime, data in documents.documents(home, request, capacity, described, given, stamp(moment)):
        written.put(path, data)
        listed.append((path, mime))
    with catalogue.read() as connection:
        describing.describe(connection, home, request, given, written, listed)
    payload = {f"data/{dip}/{one.path}": (one.size, one.digests) for one in given}
    payload |= {f"data/{dip}/{path}": known for path, known in written.files.items()}
    bag.write_declaration(staged)
    bag.write_info(staged, _info(home, request, dip, payload, stamp(moment)))
    write_file(staged / "README.html", documents.readme(home, request, dip))
    put_verifiers(staged)
    put_chain(home, staged)
    evidence = _evidence_file(staged, request, payload, stamp(moment))
    certificate = _certify(home, catalogue, person, request, cases, given, staged, evidence, now)
    for algorithm in ALGORITHMS:
        lines = sorted((path, digests[algorithm]) for path, (_, digests) in payload.items())
        bag.write_manifest(staged / f"manifest-{algorithm}.txt", lines)
    bag.write_tag_manifests(staged, ALGORITHMS)
    sync_file_system(staged)
    names = list(walk_files(staged))
    made = Delivery(
        dip=dip,
        by=person.account,
        when=stamp(now()),
        to="",
        form="",
        files=len(names),
        size=sum((staged / name).stat().st_size for name in names),
        evidence_sha256=evidence,
        certificate_sha256=certificate.sha256,
    )
    return made, certificate.findings


def _evidence(
    home: Home, request: Request, cases: dict[str, HeldCase], package: Path, progress: Callable[[int], None]
) -> tuple[list[Given], list[tuple[str, str, bytes]]]:
    """Every selected file, as it is or derived for this delivery; and the documents that tell what was done."""
    assert request.examination is not None
    selection = request.examination.selection
    made = derive(home, request, package, contents.names_for(selection), progress)
    given = []
    for number, (one, name) in enumerate(zip(selection, contents.names_for(selection), strict=True), 1):
        about = told_of(one, cases[one.objid].about(one.path))
        if (derived := made.files.get((one.objid, one.path, one.begin))) is not None:
            size, digests = contents.digests_of(package / derived.path)
            given.append(
                Given(
                    number,
                    derived.path,
                    derived.representation,
                    one,
                    about,
                    size,
                    digests,
                    derived.made_by,
                    derived.event,
                )
            )
            continue
        path = f"representations/{one.representation}/data/{name}"
        size, digests = contents.take(home, one, package / path, progress)
        given.append(Given(number, path, one.representation, one, about, size, digests))
    return given, made.papers


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


def _certify(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    request: Request,
    cases: dict[str, HeldCase],
    given: Sequence[Given],
    staged: Path,
    evidence: str,
    now: Callable[[], datetime],
) -> CertificateMade:
    """Anchor the evidence in the ledger, have the certificate signed, anchor that too, and write the proof."""
    common = {"cases": list(request.cases), "request": request.number}
    with catalogue.begin() as connection:
        numbers = _history(connection, request, cases)
        numbers.append(
            ledger.append(
                connection,
                action="dip.made",
                subject=staged.name,
                actor=person.account,
                moment=now(),
                details={**common, "evidence_sha256": evidence, "files": len(given)},
            )
        )
    with catalogue.read() as connection:
        made = certify(home, connection, request, given, staged, evidence, numbers)
    with catalogue.begin() as connection:
        numbers.append(
            ledger.append(
                connection,
                action="dip.certified",
                subject=staged.name,
                actor=person.account,
                moment=now(),
                details={**common, "certificate_sha256": made.sha256},
            )
        )
    with catalogue.read() as connection:
        write_proof(connection, home.keys / "ledger.pub", staged / "proof" / "proof.json", numbers)
    return made


def _history(connection: Connection, request: Request, cases: dict[str, HeldCase]) -> list[int]:
    """The entries that tell how the evidence came into the archive and how it was approved."""
    found = []
    for objid in cases:
        found += [entry.number for entry in ledger.about(connection, objid) if entry.action == "case.registered"]
    found += [entry.number for entry in ledger.about(connection, request.number)]
    return sorted(found)
