"""A door over one case with documents, photographs and recordings, as the reading room shows it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from preserve.access.viewing import reading_room as viewing_room
from preserve.archival_storage.media import server_store
from preserve.data_management import both_logs, cases, ledger, looks
from preserve.data_management.archive import open_archive
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from storage_adapters.contract import CopyRef
from tests.support import office
from tests.support.web import Served, staffed_home, start

TITLE = "某歌舞厅“<script>alert(1)</script>”一案"
"""A title as somebody hostile would write it."""


def _described(folder: Path) -> Path:
    """The small case, its photograph in the internal volume, a text as transcript of a recording, and that title."""
    case = office.small_case(folder)
    described = case / "case.json"
    told = json.loads(described.read_text(encoding="utf-8"))
    told["title"] = TITLE
    for item in told["objects"]:
        if item["file"].endswith(".jpg"):
            item["volume"] = "inner"
        if item["file"].endswith("0001.mp4"):
            item["transcript"] = next(one["file"] for one in told["objects"] if one["file"].endswith(".txt"))
    described.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return case


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="preserve-reading-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = staffed_home(folder, cases=0)
    case = _described(folder / "case")
    archive = open_archive(home)
    try:
        run(archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
    finally:
        archive.close()
    return home


@contextmanager
def reading_room(folder: Path) -> Iterator[Served]:
    """A door over a copy of that home, ended in the end."""
    shutil.copytree(_template(), folder / "home", symlinks=True)
    served = start(folder / "home")
    try:
        yield served
    finally:
        served.stop()


def entries(home: Path, action: str = "") -> list[dict[str, Any]]:
    """What stands in both logs, or of one action, oldest first."""
    archive = open_archive(home)
    try:
        with archive.catalogue.read() as connection:
            merged = both_logs.merged(ledger.entries(connection), looks.entries(connection))
            return [entry.data for entry in merged if action in ("", entry.data["action"])]
    finally:
        archive.close()


def objid_of(home: Path) -> str:
    """The case with documents and recordings."""
    archive = open_archive(home)
    try:
        with archive.catalogue.read() as connection:
            return next(row.objid for row in cases.list_cases(connection) if row.title == TITLE)
    finally:
        archive.close()


def files_of(home: Path) -> dict[str, str]:
    """Its files: the last part of the depositor's name, and the identifier."""
    archive = open_archive(home)
    try:
        with archive.catalogue.read() as connection:
            _, files = viewing_room.contents(connection, archive.home, objid_of(home))
        return {file.name.rpartition("/")[2]: file.identifier for file in files}
    finally:
        archive.close()


def stored(home: Path, identifier: str) -> Path:
    """Where the copy that is shown of a file lies in the store."""
    archive = open_archive(home)
    try:
        with archive.catalogue.read() as connection:
            case, files = viewing_room.contents(connection, archive.home, objid_of(home))
        viewed = next(file for file in files if file.identifier == identifier)
        return Path(server_store(archive.home).path(CopyRef(case.package))) / viewed.path
    finally:
        archive.close()
