"""OFD in the browser: pages that a named program draws are marked as a view; what it cannot draw is shown as words."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from preserve.access.viewing import reading_room
from preserve.data_management import cases
from preserve.data_management.archive import open_archive
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from tests.support.office import small_case
from tests.support.shared_cases import OFD
from tests.support.web import staffed_home, start

pytestmark = pytest.mark.samples

_DRAWS = """
import sys
import pypdfium2, zipfile
names = zipfile.ZipFile(sys.argv[1]).namelist()
if any("invoice" in name for name in names):
    raise SystemExit("no font")
document = pypdfium2.PdfDocument.new()
document.new_page(200, 100)
document.save(sys.argv[2])
"""
_SEALED, _INVOICE = "SESV4SignDoc.ofd", "no_page_container.ofd"


def _home(folder: Path) -> tuple[Path, str, dict[str, str]]:
    """A home whose case has both, its identifier, and the identifiers of its files."""
    home = staffed_home(folder, cases=0)
    case = small_case(folder / "case")
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    paper = next(one for one in told["objects"] if one["file"].endswith(".pdf"))
    for name in (_SEALED, _INVOICE):
        shutil.copyfile(OFD / name, case / name)
        told["objects"].append({**paper, "file": name})
    (case / "case.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    archive = open_archive(home)
    try:
        run(archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
        with archive.catalogue.read() as connection:
            (row,) = cases.list_cases(connection)
            _, files = reading_room.contents(connection, archive.home, row.objid)
    finally:
        archive.close()
    return home, row.objid, {one.name: one.identifier for one in files}


def test_pages_are_a_view_and_what_cannot_be_drawn_is_words(tmp_path: Path) -> None:
    home, objid, files = _home(tmp_path)
    script = tmp_path / "draws.py"
    script.write_text(_DRAWS, encoding="utf-8")
    settings = home / "preserve.toml"
    line = f"{sys.executable} {script} {{source}} {{target}}"
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[viewing]\nofd = "{line}"\n', encoding="utf-8")
    served = start(home)
    try:
        client = served.client("archivist")
        sealed = client.get(f"/cases/{objid}/view/{files[_SEALED]}")
        assert sealed.status_code == 200 and "仅供查看，不作为凭证" in sealed.text and "共 1 页" in sealed.text
        picture = client.get(f"/cases/{objid}/files/{files[_SEALED]}/pages/1")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        invoice = client.get(f"/cases/{objid}/view/{files[_INVOICE]}")
        assert (
            invoice.status_code == 200 and "未能绘制" in invoice.text and "上海浪潮云计算服务有限公司" in invoice.text
        )
        assert client.get(f"/cases/{objid}/files/{files[_INVOICE]}/pages/1").status_code == 422
        findings = client.get(f"/cases/{objid}?tab=findings").text
        assert "电子签名或印章" in client.get(f"/cases/{objid}/findings").text + findings
    finally:
        served.stop()
