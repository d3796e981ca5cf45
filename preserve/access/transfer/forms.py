"""Writes one case in its transfer's form: an information package, a bag, encapsulations (EEP), a hand-over folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from preserve.access.transfer.eep import write_eep
from preserve.access.transfer.encapsulation import Document, Encapsulation, Sign, Signed
from preserve.access.transfer.folder import DIALECTS, Layout, lay_out
from preserve.access.transfer.model import Item, Transfer
from preserve.access.transfer.profile import TransferProfile
from preserve.access.transfer.records import pieces
from preserve.administration.signing import open_signer
from preserve.archival_storage.media import server_store
from preserve.clock import stamp
from preserve.data_management.archive import Archive
from preserve.errors import MediumProblem, NotIntact
from preserve.home import Home
from preserve.progress import Progress
from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import size_of


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A transfer while it is written: what each of its packages must hold, by objid, and the moment of handing over."""

    archive: Archive
    transfer: Transfer
    profile: TransferProfile
    expected: Mapping[str, list[ExpectedFile]]
    moment: datetime
    progress: Progress


def write_case(outgoing: Outgoing, item: Item, part: Path, sign: Sign | None) -> None:
    """Write one case into the folder `part`; what an earlier run left there whole is gone on with.

    Raises NotIntact where a source is not what the ledger says, MediumProblem.
    """
    if outgoing.transfer.form == "eep":
        _encapsulate(outgoing, item, part, sign)
        return
    for name, data in _copy(outgoing, item, part).items():
        write_file(part / name, data)


def layout_of(outgoing: Outgoing, item: Item) -> Layout:
    """Where each file of an information package goes: as it lies there, or into a hand-over folder."""
    expected = outgoing.expected[item.objid]
    if outgoing.transfer.form in DIALECTS:
        archive, profile = outgoing.archive, outgoing.profile
        with archive.catalogue.read() as connection:
            return lay_out(archive.home, connection, profile, outgoing.transfer.form, item, expected)
    base = "" if outgoing.transfer.form == "bag" else f"data/{item.objid}/"
    names = (file.path.removeprefix(base) for file in expected if file.path.startswith(base))
    return Layout({name: name for name in names})


def _copy(outgoing: Outgoing, item: Item, part: Path) -> dict[str, bytes]:
    """Copy every file to its place; return the texts that go beside them."""
    root = server_store(outgoing.archive.home).bring(CopyRef(item.package), progress=outgoing.progress)
    layout = layout_of(outgoing, item)
    for name, expected in _chosen(outgoing, item):
        source, target = root / expected.path, part / layout.files[name]
        if target.exists() and target.stat().st_size == size_of(str(source)):
            continue  # of a run that was cut off; read back with everything else before it counts
        try:
            _, digests = copy_file_checked(source, target, ("sha256",), outgoing.progress)
        except StorageError as error:
            raise MediumProblem("request.target-unwritable", str(target), reason=str(error)) from error
        wanted = expected.digests.get("sha256", digests["sha256"])
        if digests["sha256"] != wanted:
            raise NotIntact("request.source-altered", expected.path, wanted=wanted, found=digests["sha256"])
    return layout.texts


def _chosen(outgoing: Outgoing, item: Item) -> Iterator[tuple[str, ExpectedFile]]:
    """Each file to copy: its path in the information package or the bag, and what it must be in the package."""
    base = "" if outgoing.transfer.form == "bag" else f"data/{item.objid}/"
    for file in outgoing.expected[item.objid]:
        if file.path.startswith(base):
            yield file.path.removeprefix(base), file


def _encapsulate(outgoing: Outgoing, item: Item, part: Path, sign: Sign | None) -> None:
    home, profile, expected = outgoing.archive.home, outgoing.profile, outgoing.expected[item.objid]
    store, package = server_store(home), CopyRef(item.package)
    base = f"data/{item.objid}/"
    size_of = store.sizes(package)
    names = [file.path.removeprefix(base) for file in expected if file.path.startswith(base)]
    sizes = {name: size_of(base + name) for name in names}
    part.mkdir(exist_ok=True)

    def opening(document: Document) -> BinaryIO:
        return store.read(package, PurePosixPath(base + document.path))

    with outgoing.archive.catalogue.read() as connection:
        wanted = list(pieces(home, connection, profile, item, expected, sizes))
    for piece in wanted:
        if (part / piece.name).exists():
            continue
        record = piece.record
        if sign is None:
            record = replace(record, note=f"{record.note} {profile.eep.unsigned}")
        encapsulation = Encapsulation(
            home.settings.institution, stamp(outgoing.moment), record, piece.documents, piece.actions, piece.agents
        )
        write_eep(part / piece.name, profile.eep, encapsulation, opening=opening, sign=sign, progress=outgoing.progress)


@contextmanager
def open_signer_for(home: Home, moment: datetime, *, wanted: bool) -> Iterator[Sign | None]:
    """The agency's signature where one is configured; else nothing, which the encapsulations say."""
    if not wanted or home.settings.signing is None:
        yield None
        return
    with open_signer(home, moment) as opened:

        def sign(digest: bytes) -> Signed:
            result = asyncio.run(opened.signer.async_sign_raw(digest, "sha256"))
            mechanism = opened.signer.get_signature_mechanism_for_digest("sha256")["algorithm"].native
            return Signed(opened.facts.subject, stamp(moment), result, opened.certificate.dump(), mechanism)

        yield sign
