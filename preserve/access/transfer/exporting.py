"""Writes what is handed over: packages in their form and the list of all, read back from the medium; or nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from preserve.access.transfer import eep, handing, transfer_list
from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.four_properties import four_properties
from preserve.access.transfer.model import HandOver, Item, Tested, Transfer
from preserve.access.transfer.procedure import TRANSFERS
from preserve.access.transfer.profile import TransferProfile, read_transfer_profile
from preserve.access.transfer.records import pieces
from preserve.administration.proceedings.records import keep_paper
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import contents_of
from preserve.clock import stamp
from preserve.data_management.database import Catalogue
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home
from preserve.messages import speaking
from preserve.outputs import into_folder
from preserve.work import require_space
from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import discard, publish, sync_file_system, sync_folder, write_file
from storage_adapters.errors import StorageError
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import check_files, digest_file, size_of

LIST = "transfer.json"
_ENCODED = 1.36  # base64 with its line ends, and metadata


def export(
    home: Home,
    catalogue: Catalogue,
    transfer: Transfer,
    actor: str,
    target: Path,
    moment: datetime,
    progress: Callable[[int], None],
) -> HandOver:
    """Write `target/<number>`. What an interruption left is gone on with; what it finished is read back again.

    Raises Refused, NotIntact, MediumProblem.
    """
    with into_folder(target, home) as held:
        made = _export(home, catalogue, transfer, actor, held, target.absolute(), moment, progress)
    return made.model_copy(update={"to": str(target / transfer.number)})


def _export(
    home: Home,
    catalogue: Catalogue,
    transfer: Transfer,
    actor: str,
    target: Path,
    named: Path,
    moment: datetime,
    progress: Callable[[int], None],
) -> HandOver:
    """`target` is the folder by its handle, `named` what people call it."""
    profile = read_transfer_profile(home.profiles)
    final, staging = target / transfer.number, target / f".{transfer.number}.part"
    try:
        if final.exists() and not _is_ours(final, transfer):
            raise Refused("storage.exists-already", str(final))
        held = {item.objid: _held(home, catalogue, item) for item in transfer.items}
        tests = four_properties(home, catalogue, transfer, {objid: len(one) for objid, one in held.items()})
        handing.note(home, transfer.number, named)
        if not final.exists():
            needed = sum(item.size for item in transfer.items)
            require_space(target, int(needed * (_ENCODED if transfer.form == "eep" else 1)) + (64 << 20))
            _refuse_links(staging)
            staging.mkdir(exist_ok=True)
            _write(home, catalogue, transfer, profile, held, tests, staging, moment, progress)
            publish(staging, final)
        listed = json.loads((final / LIST).read_text(encoding="utf-8"))
        _read_back(final, transfer, profile, held, listed, progress)
    except NotIntact:
        if staging.exists():
            discard(staging, target)
        raise
    except OSError as error:
        raise MediumProblem("request.target-unwritable", str(target), reason=error.strerror or str(error)) from error
    folder = TRANSFERS.folder_of(home, transfer.number)
    kept = tuple(keep_paper(folder, kind, final / name) for kind, name in transfer_list.NAMES.items())
    digest = digest_file(final / LIST, ("sha256",))[1]["sha256"]
    files = [one for case in listed["cases"] for one in case["files"]]
    return HandOver(
        by=actor,
        when=stamp(moment),
        to=str(final),
        files=len(files),
        size=sum(one["size"] for one in files),
        list_sha256=digest,
        signed=bool(listed["signed"]),
        tests=tests,
        papers=kept,
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


def _held(home: Home, catalogue: Catalogue, item: Item) -> list[ExpectedFile]:
    """What the package must hold, by the digests in the ledger. Raises NotIntact where the store has another one."""
    store = server_store(home)
    with catalogue.read() as connection:
        anchor = read_anchor(connection, item.package)
    try:
        contents = contents_of(store, CopyRef(item.package), anchor)
    except StorageError as error:
        raise NotIntact("request.source-unreadable", item.package, reason=str(error)) from error
    if contents.problems or anchor.manifest != item.manifest_sha256:
        where = contents.problems[0].path if contents.problems else "manifest-sha256.txt"
        raise NotIntact("request.source-altered", f"{item.package}/{where}", wanted=item.manifest_sha256, found="")
    return list(contents.expected)


def _write(
    home: Home,
    catalogue: Catalogue,
    transfer: Transfer,
    profile: TransferProfile,
    held: dict[str, list[ExpectedFile]],
    tests: tuple[Tested, ...],
    staging: Path,
    moment: datetime,
    progress: Callable[[int], None],
) -> None:
    cases = []
    # What stands in the packages is in the archive's own language, whoever hands them over.
    with speaking(home.settings.language), _signer(home, moment, wanted=transfer.form == "eep") as sign:
        for item in transfer.items:
            place = staging / (item.package if transfer.form == "bag" else item.objid)
            if not place.exists():
                part = staging / f".{place.name}"
                if transfer.form == "eep":
                    _encapsulate(home, catalogue, profile, item, held[item.objid], part, sign, moment, progress)
                else:
                    _copy(home, item, _chosen(transfer, item, held[item.objid]), part, progress)
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
        "made": stamp(moment),
        "signed": sign is not None,
        "tests": [one.model_dump() for one in tests],
        "cases": cases,
    }
    data = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    write_file(staging / LIST, data)
    for name, content in transfer_list.documents(home, transfer, cases, tests, data, moment, signed=sign is not None):
        write_file(staging / name, content)
    sync_file_system(staging)


def _chosen(transfer: Transfer, item: Item, held: list[ExpectedFile]) -> list[tuple[str, str, ExpectedFile]]:
    """Each file to copy: its path in the package, its path in what is handed over, what it must be."""
    base = f"data/{item.objid}/"
    if transfer.form == "bag":
        return [(one.path, one.path, one) for one in held]
    return [(one.path, one.path.removeprefix(base), one) for one in held if one.path.startswith(base)]


def _copy(
    home: Home, item: Item, chosen: list[tuple[str, str, ExpectedFile]], part: Path, progress: Callable[[int], None]
) -> None:
    root = server_store(home).path(CopyRef(item.package))
    for source, name, wanted in chosen:
        target = part / name
        if target.exists() and target.stat().st_size == size_of(str(root / source)):
            continue  # of a run that was cut off; read back with everything else before it counts
        try:
            _, seen = copy_file_checked(root / source, target, ("sha256",), progress)
        except StorageError as error:
            raise MediumProblem("request.target-unwritable", str(target), reason=str(error)) from error
        if seen["sha256"] != wanted.digests.get("sha256", seen["sha256"]):
            raise NotIntact("request.source-altered", source, wanted=wanted.digests["sha256"], found=seen["sha256"])


def _encapsulate(
    home: Home,
    catalogue: Catalogue,
    profile: TransferProfile,
    item: Item,
    held: list[ExpectedFile],
    part: Path,
    sign: eep.Sign | None,
    moment: datetime,
    progress: Callable[[int], None],
) -> None:
    store = server_store(home)
    root = store.path(CopyRef(item.package)) / "data" / item.objid
    base = f"data/{item.objid}/"
    sizes = {name: size_of(str(root / name)) for one in held if (name := one.path.removeprefix(base)) != one.path}
    part.mkdir(exist_ok=True)

    def opening(one: eep.Document) -> BinaryIO:
        return store.read(CopyRef(item.package), PurePosixPath(base + one.path))

    with catalogue.read() as connection:
        wanted = list(pieces(home, connection, profile, item, held, sizes))
    for piece in wanted:
        if (part / piece.name).exists():
            continue
        record = piece.record
        if sign is None:
            note = f"{record.note} {profile.eep.unsigned}"
            record = eep.Record(**{name: getattr(record, name) for name in record.__slots__} | {"note": note})
        eep.write_eep(
            part / piece.name,
            profile.eep,
            creator=home.settings.institution,
            created=stamp(moment),
            record=record,
            documents=piece.documents,
            deeds=piece.deeds,
            people=piece.people,
            opening=opening,
            sign=sign,
            progress=progress,
        )


@contextmanager
def _signer(home: Home, moment: datetime, *, wanted: bool) -> Iterator[eep.Sign | None]:
    """The agency's signature where one is configured; else nothing, which the encapsulations say."""
    if not wanted or home.settings.signing is None:
        yield None
        return
    from preserve.administration.signing import open_signer

    with open_signer(home, moment) as opened:

        def sign(digest: bytes) -> eep.Signed:
            result = asyncio.run(opened.signer.async_sign_raw(digest, "sha256"))
            mechanism = opened.signer.get_signature_mechanism_for_digest("sha256")["algorithm"].native
            return eep.Signed(opened.facts.subject, stamp(moment), result, opened.certificate.dump(), mechanism)

        yield sign


def _listing(place: Path, name: str) -> list[dict[str, Any]]:
    found = []
    with on_medium(place):
        for path in sorted(one for one in place.rglob("*") if one.is_file()):
            size, seen = digest_file(path, ("sha256",), from_medium=False)
            found.append({"path": f"{name}/{path.relative_to(place)}", "size": size, "sha256": seen["sha256"]})
    return found


def _read_back(
    final: Path,
    transfer: Transfer,
    profile: TransferProfile,
    held: dict[str, list[ExpectedFile]],
    listed: dict[str, Any],
    progress: Callable[[int], None],
) -> None:
    """Every byte from the medium: against the list, and against the digests that catalogue and ledger keep."""
    wanted = [
        ExpectedFile(one["path"], one["size"], {"sha256": one["sha256"]})
        for case in listed["cases"]
        for one in case["files"]
    ]
    for check in check_files(final, wanted, from_medium=True, progress=progress):
        if check.verdict != "intact":
            raise NotIntact("transfer.not-read-back", f"{final}/{check.path}", reason=check.verdict)
    for item in transfer.items:
        base = f"data/{item.objid}/"
        told = {
            one["path"]: one["sha256"]
            for case in listed["cases"]
            if case["objid"] == item.objid
            for one in case["files"]
        }
        if transfer.form == "eep":
            found: dict[str, str] = {}
            for name in told:
                found |= {f"{item.objid}/{one.path}": one.sha256 for one in read_eep(final / name, profile.eep)}
            told = found
        top = item.package if transfer.form == "bag" else item.objid
        prefix = "" if transfer.form == "bag" else base
        must = {
            f"{top}/{one.path.removeprefix(prefix)}": one.digests.get("sha256", "")
            for one in held[item.objid]
            if one.path.startswith(prefix)
        }
        wrong = [name for name, digest in must.items() if told.get(name) != digest and (digest or name not in told)]
        if wrong or told.keys() != must.keys():
            where = (wrong or sorted(told.keys() ^ must.keys()))[0]
            raise NotIntact("transfer.not-read-back", f"{final}/{where}", reason="digest")
    sync_folder(final)
