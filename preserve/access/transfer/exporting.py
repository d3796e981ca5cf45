"""Writes what is handed over: packages in their form and the list of all, read back from the medium; or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from preserve.access import attempts
from preserve.access.transfer import handing, transfer_list
from preserve.access.transfer.forms import Outgoing, open_signer_for, write_case
from preserve.access.transfer.four_properties import four_properties
from preserve.access.transfer.model import HandOver, Item, Tested, Transfer
from preserve.access.transfer.procedure import TRANSFERS
from preserve.access.transfer.profile import read_transfer_profile
from preserve.access.transfer.reading_back import read_back
from preserve.administration.proceedings.records import keep_paper
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import contents_of
from preserve.clock import stamp
from preserve.data_management.archive import Archive
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import Conflict, MediumProblem, NotIntact, Refused
from preserve.messages import speaking
from preserve.outputs import into_folder
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.durable import publish, sync_file_system, write_file
from storage_adapters.errors import StorageError
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import digest_file

LIST = "transfer.json"
_ENCODED = 1.36  # base64 with its line ends, and metadata


@dataclass(frozen=True, slots=True)
class _Place:
    """The folder that is written into, by its handle; what people call it; and where the transfer comes to lie."""

    folder: Path
    named: Path
    number: str

    @property
    def final(self) -> Path:
        return self.folder / self.number


def export(
    archive: Archive, transfer: Transfer, actor: str, target: Path, *, moment: datetime, progress: Progress
) -> HandOver:
    """Write `target/<number>`. What an interruption left is gone on with; what it finished is read back again.

    Raises Refused, NotIntact, MediumProblem.
    """
    with into_folder(target, archive.home) as folder:
        place = _Place(folder, target.absolute(), transfer.number)
        handed_over = _export(archive, transfer, actor, place, moment, progress)
    return handed_over.model_copy(update={"to": str(target / transfer.number)})


def _export(
    archive: Archive, transfer: Transfer, actor: str, place: _Place, moment: datetime, progress: Progress
) -> HandOver:
    """Write it, read it back and say what it is; what turns out not to be intact does not stay there."""
    profile = read_transfer_profile(archive.home.profiles)
    final, staging, held = place.final, None, archive.catalogue.while_held
    try:
        if final.exists() and not _is_ours(final, transfer):
            raise Conflict("storage.exists-already", str(final))
        expected = {item.objid: _expected(archive, item) for item in transfer.items}
        outgoing = Outgoing(archive, transfer, profile, expected, moment, progress)
        counts = {objid: len(files) for objid, files in expected.items()}
        tests = four_properties(archive.home, archive.catalogue, transfer, counts)
        handing.note(archive.home, transfer.number, place.named, held)
        if not final.exists():
            needed = sum(item.size for item in transfer.items)
            require_space(place.folder, int(needed * (_ENCODED if transfer.form == "eep" else 1)) + (64 << 20))
            for path in attempts.left(place.folder, place.number):
                _refuse_links(path)
            staging = attempts.take_over(place.folder, place.number, held)
            _write(outgoing, tests, staging)
            with held():
                publish(staging, final)
        listed: dict[str, Any] = json.loads((final / LIST).read_text(encoding="utf-8"))
        read_back(outgoing, final, listed)
    except NotIntact:
        if staging is not None:
            attempts.remove([staging], place.folder)
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise MediumProblem("request.target-unwritable", str(place.folder), reason=reason) from error
    return _handed_over(outgoing, place, actor, tests, listed)


def _handed_over(
    outgoing: Outgoing, place: _Place, actor: str, tests: tuple[Tested, ...], listed: dict[str, Any]
) -> HandOver:
    """What the record says of it; a copy of each paper is kept with the transfer."""
    folder = TRANSFERS.folder_of(outgoing.archive.home, place.number)
    with outgoing.archive.catalogue.while_held():
        papers = tuple(keep_paper(folder, kind, place.final / name) for kind, name in transfer_list.NAMES.items())
    files = [file for case in listed["cases"] for file in case["files"]]
    return HandOver(
        by=actor,
        when=stamp(outgoing.moment),
        to=str(place.final),
        files=len(files),
        size=sum(file["size"] for file in files),
        list_sha256=digest_file(place.final / LIST, ("sha256",))[1]["sha256"],
        signed=bool(listed["signed"]),
        tests=tests,
        papers=papers,
    )


def _refuse_links(staging: Path) -> None:
    """What an earlier run left is gone on with only where it is what a run leaves: no link leads out of it."""
    if staging.is_symlink() or any(path.is_symlink() for path in staging.rglob("*")):
        raise Refused("output.not-plain", str(staging))


def _is_ours(final: Path, transfer: Transfer) -> bool:
    try:
        listed = json.loads((final / LIST).read_text(encoding="utf-8"))
        return bool(listed["number"] == transfer.number and listed["prepared"] == transfer.prepared)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _expected(archive: Archive, item: Item) -> list[ExpectedFile]:
    """What the package must hold, by the digests in the ledger. Raises NotIntact where the store has another one."""
    store = server_store(archive.home)
    with archive.catalogue.read() as connection:
        anchor = read_anchor(connection, item.package)
    try:
        contents = contents_of(store, CopyRef(item.package), anchor)
    except StorageError as error:
        raise NotIntact("request.source-unreadable", item.package, reason=str(error)) from error
    if contents.problems or anchor.manifest != item.manifest_sha256:
        where = contents.problems[0].path if contents.problems else "manifest-sha256.txt"
        raise NotIntact("request.source-altered", f"{item.package}/{where}", wanted=item.manifest_sha256, found="")
    return list(contents.expected)


def _write(outgoing: Outgoing, tests: tuple[Tested, ...], staging: Path) -> None:
    """Each case in a folder that is published when it is whole; then the list and the papers."""
    home, transfer = outgoing.archive.home, outgoing.transfer
    cases = []
    # What stands in the packages is in the archive's own language, whoever hands them over.
    with (
        speaking(home.settings.language),
        open_signer_for(home, outgoing.moment, wanted=transfer.form == "eep") as sign,
    ):
        for item in transfer.items:
            place = staging / (item.package if transfer.form == "bag" else item.objid)
            if not place.exists():
                part = staging / f".{place.name}"
                write_case(outgoing, item, part, sign)
                sync_file_system(staging)
                publish(part, place)
            cases.append({**item.model_dump(), "files": _listing(place, place.name)})
    document = {
        "number": transfer.number,
        "prepared": transfer.prepared,
        "from": home.settings.institution,
        "to": transfer.archive,
        "basis": transfer.basis,
        "form": transfer.form,
        "made": stamp(outgoing.moment),
        "signed": sign is not None,
        "tests": [test.model_dump() for test in tests],
        "cases": cases,
    }
    data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    write_file(staging / LIST, data)
    printed = transfer_list.Printed(transfer, cases, tests, data, outgoing.moment, signed=sign is not None)
    for name, content in transfer_list.documents(home, printed):
        write_file(staging / name, content)
    sync_file_system(staging)


def _listing(place: Path, name: str) -> list[dict[str, Any]]:
    listing = []
    with on_medium(place):
        for path in sorted(path for path in place.rglob("*") if path.is_file()):
            size, digests = digest_file(path, ("sha256",), from_medium=False)
            listing.append({"path": f"{name}/{path.relative_to(place)}", "size": size, "sha256": digests["sha256"]})
    return listing
