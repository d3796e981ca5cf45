"""What is left behind is told from the files of a case; nothing real is swallowed, and what is listed is no litter."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from preserve.home import Home
from preserve.ingest.assess import assess
from preserve.ingest.draft import draft
from preserve.ingest.receive import Deposit, DepositProfile, receive
from preserve.profiles import read_profile
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.sips.parts import RECORD, folder
from tests.support.tiny_case import write_case

PROFILE = read_profile("deposit.toml", DepositProfile)
OLE, ZIP, DOUBLE = b"\xd0\xcf\x11\xe0" + bytes(200), b"PK\x03\x04" + bytes(200), b"\0\x05\x16\x07" + bytes(80)

LITTER = {
    "~$结案报告.docx": b"\x05zhang" + bytes(156),
    "~$表.xlsx": bytes(165),
    "~$新文档.tmp": bytes(162),
    ".~结案报告.docx": bytes(162),  # WPS
    ".~lock.检查笔录.docx#": b",user,host,10.11.2026 09:30;",
    "~WRL0001.tmp": OLE,
    "~WRD0000.TMP": ZIP,
    "~DF12AB34.tmp": OLE,
    "空.tmp": b"",
    "照片/._现场.jpg": DOUBLE,
    "照片/._AppleSingle": b"\0\x05\x16\0" + bytes(80),
    "._.DS_Store": DOUBLE,
    ".ds_store": b"x",
    "THUMBS.DB": OLE,
    "Desktop.ini": b"[.ShellClassInfo]",
    "Picasa.ini": b"[picasa]",
    "Icon\r": b"",
    ".Spotlight-V100/Store-V2/store.db": b"8tst",
    ".fseventsd/0000": b"\x1f\x8b",
    ".Trashes/501/旧.jpg": b"x",
    ".Trash-1000/files/旧.jpg": b"x",
    "$Recycle.Bin/S-1-5/旧.jpg": b"x",
    "System Volume Information/IndexerVolumeGuid": b"x",
    "照片/@eaDir/现场.jpg/SYNOPHOTO_THUMB_M.jpg": b"x",
    "照片/.AppleDouble/现场.jpg": DOUBLE,
    "__MACOSX/照片/._现场.jpg": b"x",
    "#recycle/旧.jpg": b"x",
    "笔录.docx:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3\r\n",
}
REAL = {
    "~$真的.docx": ZIP,
    "~$真的.doc": OLE,
    ".~真的.docx": ZIP,
    "~$说明": RECORD,
    "~$录像.mp4": RECORD,
    "._真的.jpg": b"\xff\xd8\xff\xe0" + bytes(60),
    "._": RECORD,
    "自动恢复.tmp": RECORD,
    "~说明.tmp": RECORD,
    "Thumbs.db.txt": RECORD,
    "desktop.ini/说明.txt": RECORD,
    "MACOSX/说明.txt": RECORD,
    "回收站/说明.txt": RECORD,
    ".~lock.大#": bytes(5000),
}


@pytest.fixture(scope="module")
def deposits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Deposit]:
    """The same files as a folder, a zip and a tar."""
    place = tmp_path_factory.mktemp("litter")
    files: dict[str | bytes, bytes] = {**LITTER, **REAL}
    path = folder(place / "案卷", files)
    with zipfile.ZipFile(place / "a.zip", "w") as archive, tarfile.open(place / "a.tar", "w") as tar:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                archive.write(file, f"案卷/{file.relative_to(path)}")
        tar.add(path, ".")
    return {kind: receive(place / kind, PROFILE) for kind in ("案卷", "a.zip", "a.tar")}


@pytest.mark.parametrize("kind", ["案卷", "a.zip", "a.tar"])
def test_it_is_left_out_and_named_and_nothing_else_is(deposits: dict[str, Deposit], kind: str) -> None:
    deposit = deposits[kind]
    below = {entry.path.removeprefix(deposit.prefix) for entry in deposit.files}
    assert below == {"case.toml", *REAL}
    assert {entry.path.removeprefix("案卷/") for entry in deposit.litter} == set(LITTER)
    (finding,) = (found for found in deposit.findings if found.code == "sip.litter")
    assert (finding.severity, finding.values["count"]) == ("note", len(LITTER))
    assert all(name in str(finding.values["names"]) for name in LITTER)


def test_what_the_description_lists_is_of_the_case(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    described = json.loads((case / "case.json").read_text(encoding="utf-8"))
    for name in ("~$结案报告.docx", "照片/._现场.jpg", "Thumbs.db"):
        (case / name).parent.mkdir(exist_ok=True)
        (case / name).write_bytes(LITTER.get(name, OLE))
    described["objects"] += [{"file": f".\\{name}", "kind": "证据", "stage": "调查"} for name in ("~$结案报告.docx",)]
    (case / "case.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    home = Home(tmp_path / "home", Settings(archive_id="01", institution="某局"))
    assessed = assess(home, case, Silent())
    assert "~$结案报告.docx" in {entry.path for entry in assessed.deposit.files}
    (told,) = (found for found in assessed.findings if found.code == "sip.litter")
    assert told.values == {"count": 2, "names": "Thumbs.db, 照片/._现场.jpg"}


def test_it_is_not_drafted(tmp_path: Path) -> None:
    path = folder(tmp_path / "案", {**LITTER, "._真的.jpg": REAL["._真的.jpg"], "照片/现场.txt": RECORD})
    content, findings = draft(path)
    assert [item["file"] for item in content["objects"]] == ["._真的.jpg", "照片/现场.txt"]
    assert [found.values["count"] for found in findings if found.code == "sip.litter"] == [len(LITTER)]


def test_a_bag_may_list_it(tmp_path: Path) -> None:
    import bagit

    case = folder(tmp_path / "b", {"笔录.txt": RECORD, ".DS_Store": b"x", "._笔录.txt": DOUBLE})
    bagit.make_bag(str(case), checksums=["sha256"])
    deposit = receive(case, PROFILE)
    assert [entry.path for entry in deposit.files] == ["data/case.toml", "data/笔录.txt"]
    (case / "data/._笔录.txt").unlink()
    with pytest.raises(Exception, match=r"sip\.bag-file-missing"):
        receive(case, PROFILE)
