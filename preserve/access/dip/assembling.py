"""Delivers an approved request: the DIP is built, handed over and entered, or none of it; whatever kills it between."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ulid import ULID

from metadata.findings import Finding
from preserve.access import attempts
from preserve.access.certificate import check_signer
from preserve.access.dip import handing, package
from preserve.access.dip.forms import Form, Shape, check_form, hand_over
from preserve.access.requests import steps
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.selecting import read_case
from preserve.administration.actor import Actor
from preserve.administration.proceedings.records import Paper, keep_paper
from preserve.archival_storage.packing.attempts import Held
from preserve.data_management import sealing
from preserve.errors import Changed, PreserveError
from preserve.messages import speaking
from preserve.outputs import check_device, into_folder
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.durable import drop_file
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class Handover:
    """How a delivery leaves: into which folder, in which form, to whom, and onto which burner where it is a disc.

    `seen` is the digest of the record that was seen; of a run that was killed a later one finds it changed.
    """

    target: Path
    form: Form = "folder"
    to: str = ""
    password: str = ""
    device: Path | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was handed over, and where it lies."""

    request: Request
    delivery: Delivery
    place: Path
    findings: tuple[Finding, ...] = ()  # what a person should know, such as a certificate that expires soon


def deliver(actor: Actor, number: str, handover: Handover, progress: Progress) -> Delivered:
    """Make the DIP of an approved request and hand it over. Raises Refused, NotPermitted, NotIntact.

    Nothing is delivered without approval (regulation Art. 21, 23): what is given is exactly what the head approved,
    as the record of that step lists it, file by file with digests.
    """
    home, target = actor.home, handover.target
    if handover.device is not None:
        check_device(handover.device, home)
    with REQUESTS.claimed(home, number, "request.busy"), into_folder(target, home) as held:
        delivered = _deliver(actor, number, handover, held, progress)
    # By the handle the folder stayed the one that was checked; people know it by its name.
    return replace(delivered, place=target / delivered.place.name) if delivered.place.parent == held else delivered


def _deliver(actor: Actor, number: str, handover: Handover, held: Path, progress: Progress) -> Delivered:
    """`held` is the target folder by its handle."""
    home = actor.home
    with actor.catalogue.read() as connection:
        REQUESTS.may(connection, actor.person, "delivered")
        row = REQUESTS.row(connection, number)
        request = REQUESTS.read_record(home, row)
    if handover.seen and row.sha256 != handover.seen:
        raise Changed("proceeding.changed", number)
    building = home.work / f"request-{number}.building"
    if (adopted := _settle(actor, request, building, handover.password, progress)) is not None:
        return adopted
    REQUESTS.check(request, "delivered", actor.account)
    check_form(held, handover.form, handover.password)
    with actor.catalogue.read() as connection:
        cases = {objid: read_case(home, connection, objid) for objid in request.cases}
    assert request.examination is not None
    size = sum(file.size for file in request.examination.selection)
    require_space(home.work, 3 * size, home.settings.reserve)
    check_signer(home)
    _sweep(building, held, actor.catalogue.while_held)
    staged = building / f"dip-{str(ULID()).lower()}"
    form, device = handover.form, handover.device
    is_known = False  # to who comes after this attempt, and may enter what it made
    try:
        with speaking(home.settings.language):
            delivery, findings = package.build(package.Order(actor, request, cases), staged, progress)
        to = handover.to or request.consumer.name
        with actor.catalogue.while_held():
            papers = _keep_papers(actor, number, staged)
            delivery = delivery.model_copy(update={"to": to, "form": form, "papers": papers})
            handing.note(home, number, staged, delivery, handover.target.absolute(), form, device)
            is_known = True
        shape = Shape(form, handover.password, device)
        place = hand_over(staged, held, shape, progress, actor.catalogue.while_held)
        entered = _enter(actor, delivery, number)
        handing.forget(home, number)
    except BaseException:
        # Where it cannot be done now, the next run does it; who took over may have made its own of what lies there.
        with suppress(PreserveError, StorageError):
            _undo(actor, number)
        raise
    finally:
        with suppress(PreserveError), actor.catalogue.while_held() if is_known else nullcontext():
            _clear(building, staged)
    return Delivered(entered, delivery, place, findings)


def _keep_papers(actor: Actor, number: str, staged: Path) -> tuple[Paper, ...]:
    """Copies of what the archive certified, to be kept with the request; a whole package has none."""
    made = {
        "certificate": staged / "certificate.pdf",
        "evidence-list": staged / "data" / staged.name / "documentation" / "evidence-list.pdf",
    }
    folder = REQUESTS.folder_of(actor.home, number)
    return tuple(keep_paper(folder, kind, path) for kind, path in made.items() if path.is_file())


def _take_back(actor: Actor, number: str, papers: Sequence[Paper]) -> None:
    """What was handed over and entered by nobody goes, and the papers that were kept of it. Raises Busy."""
    held = actor.catalogue.while_held
    handing.take_back(actor.home, number, held)
    folder = REQUESTS.folder_of(actor.home, number)
    with held():
        for paper in papers:
            drop_file(folder / paper.file, folder)


def _settle(actor: Actor, request: Request, building: Path, password: str, progress: Progress) -> Delivered | None:
    """What a run handed over that was killed before it entered it: entered now where it is whole, else taken back."""
    home, number = actor.home, request.number
    noted = handing.noted(home, number)
    if noted is None:
        if request.delivery is not None:  # killed while it cleared up
            _sweep(building, None, actor.catalogue.while_held)
        return None
    entered = request.delivery is not None and request.delivery.dip == noted.delivery.dip
    adopted = None
    staged = building / noted.delivery.dip
    if not entered and request.state == "approved" and handing.is_whole(noted, staged, password, progress):
        adopted = Delivered(_enter(actor, noted.delivery, number), noted.delivery, noted.place)
    if entered or adopted:
        handing.forget(home, number)
    else:
        _take_back(actor, number, noted.delivery.papers)
    _sweep(building, None, actor.catalogue.while_held)
    return adopted


def _undo(actor: Actor, number: str) -> None:
    """What no entry tells of may not lie outside."""
    noted = handing.noted(actor.home, number)
    with actor.catalogue.while_held(), actor.catalogue.read() as connection:
        delivery = REQUESTS.read(connection, actor.home, number).delivery
    if noted is not None and delivery is not None and delivery.dip == noted.delivery.dip:
        handing.forget(actor.home, number)
    else:
        _take_back(actor, number, noted.delivery.papers if noted is not None else ())


def _enter(actor: Actor, delivery: Delivery, number: str) -> Request:
    """Write down that it was delivered."""
    home = actor.home
    with actor.catalogue.begin() as connection:
        # Somebody may have withdrawn it, or delivered it too, since it was read.
        current = REQUESTS.read(connection, home, number)
        entered = steps.note_delivery(connection, actor, current, delivery)
    sealing.close_segment(home, actor.catalogue)
    return entered


def _sweep(building: Path, target: Path | None, held: Held) -> None:
    """What attempts left that were killed: what they were making, and what they had half written to the same folder.

    Another may be at work by now: what is removed is what was seen before that was asked.
    """
    seen = os.listdir(building) if building.exists() else []
    with held():
        for name in seen:
            if target is not None:
                for left in (f".{name}.part", f".{name}.zip.part", f"{name}.iso"):
                    attempts.remove([target / left], target)
            attempts.remove([building / name], building)
        _drop_empty(building)


def _clear(building: Path, staged: Path) -> None:
    """What one attempt was making goes."""
    attempts.remove([staged], building)
    _drop_empty(building)


def _drop_empty(building: Path) -> None:
    with suppress(OSError):  # another attempt makes something in it, or nobody made it yet
        building.rmdir()
