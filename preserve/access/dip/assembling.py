"""Delivers an approved request: the DIP is built, handed over and entered, or none of it; whatever kills it between."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ulid import ULID

from metadata.findings import Finding
from preserve.access.certificate import check_signer
from preserve.access.dip import handing, package
from preserve.access.dip.forms import Form, check_form, hand_over
from preserve.access.requests import steps
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.selecting import read_case
from preserve.administration.actor import Actor
from preserve.administration.proceedings.records import Paper, keep_paper
from preserve.data_management import sealing
from preserve.errors import Changed, PreserveError
from preserve.messages import speaking
from preserve.outputs import check_device, into_folder
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.durable import discard, drop_file
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
    _sweep(building, home.work, held)
    staged = building / f"dip-{str(ULID()).lower()}"
    form, device = handover.form, handover.device
    try:
        with speaking(home.settings.language):
            delivery, findings = package.build(package.Order(actor, request, cases), staged, progress)
        papers = _keep_papers(actor, number, staged)
        to = handover.to or request.consumer.name
        delivery = delivery.model_copy(update={"to": to, "form": form, "papers": papers})
        handing.note(home, number, staged, delivery, handover.target.absolute(), form, device)
        place, _ = hand_over(staged, held, form, handover.password, device, progress)
        entered = _enter(actor, delivery, number)
        handing.forget(home, number)
    except BaseException:
        # Where it cannot be done now, the next run does it; who took over may have made its own of what lies there.
        with suppress(PreserveError, StorageError), actor.catalogue.while_held():
            _undo(actor, number)
        raise
    finally:
        with suppress(FileNotFoundError, PreserveError), actor.catalogue.while_held():
            discard(building, home.work)
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
    """What was handed over and entered by nobody goes, and the papers that were kept of it."""
    handing.take_back(actor.home, number)
    folder = REQUESTS.folder_of(actor.home, number)
    for paper in papers:
        drop_file(folder / paper.file, folder)


def _settle(actor: Actor, request: Request, building: Path, password: str, progress: Progress) -> Delivered | None:
    """What a run handed over that was killed before it entered it: entered now where it is whole, else taken back."""
    home, number = actor.home, request.number
    noted = handing.noted(home, number)
    if noted is None:
        if request.delivery is not None and building.exists():  # killed while it cleared up
            discard(building, home.work)
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
    with suppress(FileNotFoundError):
        discard(building, home.work)
    return adopted


def _undo(actor: Actor, number: str) -> None:
    """What no entry tells of may not lie outside."""
    with actor.catalogue.read() as connection:
        delivery = REQUESTS.read(connection, actor.home, number).delivery
    noted = handing.noted(actor.home, number)
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
