"""Reads back what was written: every byte from the medium, against the list and the digests of the archive."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.forms import Outgoing, layout_of
from preserve.access.transfer.model import Item
from preserve.errors import NotIntact
from storage_adapters.contract import ExpectedFile
from storage_adapters.durable import sync_folder
from storage_adapters.reading import check_files


def read_back(outgoing: Outgoing, final: Path, listed: dict[str, Any]) -> None:
    """Raises NotIntact where a byte differs from the list, or from the digests that catalogue and ledger keep."""
    wanted = [
        ExpectedFile(file["path"], file["size"], {"sha256": file["sha256"]})
        for case in listed["cases"]
        for file in case["files"]
    ]
    for check in check_files(final, wanted, from_medium=True, progress=outgoing.progress):
        if check.verdict != "intact":
            raise NotIntact("transfer.not-read-back", f"{final}/{check.path}", reason=check.verdict)
    for item in outgoing.transfer.items:
        written = {
            file["path"]: file["sha256"]
            for case in listed["cases"]
            if case["objid"] == item.objid
            for file in case["files"]
        }
        if outgoing.transfer.form == "eep":
            written = _decoded(outgoing, final, item, written)
        _compare(outgoing, final, item, written)
    sync_folder(final)


def _decoded(outgoing: Outgoing, final: Path, item: Item, written: dict[str, str]) -> dict[str, str]:
    """The digests of the files in the encapsulations of a case."""
    return {
        f"{item.objid}/{file.path}": file.sha256
        for name in written
        for file in read_eep(final / name, outgoing.profile.eep)
    }


def _compare(outgoing: Outgoing, final: Path, item: Item, written: dict[str, str]) -> None:
    """Nothing is missing of a case, nothing is too much, and nothing is another."""
    bag = outgoing.transfer.form == "bag"
    top, base = (item.package, "") if bag else (item.objid, f"data/{item.objid}/")
    layout = layout_of(outgoing, item)
    must = {
        f"{top}/{layout.files[file.path.removeprefix(base)]}": file.digests.get("sha256", "")
        for file in outgoing.expected[item.objid]
        if file.path.startswith(base)
    }
    must |= {f"{top}/{name}": hashlib.sha256(data).hexdigest() for name, data in layout.texts.items()}
    wrong = [name for name, digest in must.items() if written.get(name) != digest and (digest or name not in written)]
    if wrong or written.keys() != must.keys():
        where = (wrong or sorted(written.keys() ^ must.keys()))[0]
        raise NotIntact("transfer.not-read-back", f"{final}/{where}", reason="digest")
