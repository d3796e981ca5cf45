"""Every package of another system that ../shared/cases holds, and our own, through the command line: it comes in with
the same bytes, or is refused with the reason in both languages."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.commons_ip import validate
from tests.support.foreign_packages import eark, laid, packed
from tests.support.others_packages import commons_ip_sip
from tests.support.program import Archive, found
from tests.support.shared_cases import PACKAGES
from tests.support.tiny_case import answers_for

pytestmark = pytest.mark.xdist_group("packages-of-others")
SAMPLES = sorted(path.relative_to(PACKAGES) for path in PACKAGES.glob("*/*.zip"))
KINDS = {
    "a46ab3d0-c710-4d73-b58d-e93e30b53a82": "e-ark",
    "archivematica-aip": "archivematica-aip",
    "archivematica-transfer": "archivematica-transfer",
    "example": "dspace-mets",
    "handover-2012": "handover-2012",
    "handover-dat93-item": "handover-dat93",
    "saf-bitstreams": "dspace-saf",
}
REFUSED = {"minimal_IP_with_schemas": ("没有任何原件", "holds no files of a case")}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("foreign") / "home")


def completed(archive: Archive, package: Path, target: Path, number: int, **more: Any) -> Path:
    """The draft that the archive writes, with what a person adds."""
    done = archive.run("describe", str(package), "--output", str(target))
    assert done.returncode == 0, done.stderr
    content = json.loads(target.read_text(encoding="utf-8"))
    content |= {"case_number": f"临文综罚〔2026〕{number}号", "cause": "测试", "start": "2026-03-01"}
    content |= {"closed": "2026-04-01", "title": content["title"] or "测试案", "archival_number": "", "acceptances": []}
    content["acceptances"] = [*answers_for(content), *more.pop("acceptances", [])]
    target.write_text(json.dumps(content | more, ensure_ascii=False), encoding="utf-8")
    return target


def originals(archive: Archive, objid: str) -> dict[str, str]:
    """SHA-256 of the originals of a package by their names in it."""
    (root,) = (archive.home / "store" / "packages").glob(f"{objid}_v0001/data/{objid}/representations/original/data")
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def submitted(archive: Archive, objid: str) -> dict[str, bytes]:
    """What is kept beside, by its path in the package that came."""
    (root,) = (archive.home / "store" / "packages").glob(f"{objid}_v0001/data/{objid}/documentation/submission/package")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def bytes_in(package: Path) -> set[str]:
    """SHA-256 of everything in a zip."""
    with zipfile.ZipFile(package) as opened:
        return {hashlib.sha256(opened.read(name)).hexdigest() for name in opened.namelist() if not name.endswith("/")}


@pytest.mark.samples
def test_there_are_samples() -> None:
    assert {sample.stem for sample in SAMPLES} == {*KINDS, *REFUSED}


@pytest.mark.samples
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_each_sample_comes_in_or_is_refused_with_the_reason(archive: Archive, sample: Path, tmp_path: Path) -> None:
    package, before = PACKAGES / sample, bytes_in(PACKAGES / sample)
    checked = archive.json("check", str(package))
    assert checked["error"]["code"]
    draft = archive.run("describe", str(package), "--output", str(tmp_path / "case.json"))
    if draft.returncode != 0:
        for lang, words in zip(("zh", "en"), REFUSED[sample.stem], strict=True):
            done = archive.run("ingest", str(package), lang=lang)
            assert done.returncode == 3 and words in done.stderr, done.stderr
        assert archive.leftovers() == []
        return
    (tmp_path / "case.json").unlink()
    number = SAMPLES.index(sample) + 1  # two samples are of one archival number, which no two cases have
    description = completed(archive, package, tmp_path / "case.json", number, archival_number="")
    assert archive.run("check", str(package), "--description", str(description)).returncode == 0
    done = archive.json("ingest", str(package), "--description", str(description))
    (ingested,) = done["ingests"]
    told = {finding["code"]: finding["values"] for finding in ingested["findings"]}
    assert told["foreign.recognised"]["kind"] == KINDS[sample.stem]
    names = originals(archive, ingested["objid"])
    assert len(names) == ingested["originals"] and set(names.values()) <= before
    kept = {hashlib.sha256(data).hexdigest() for data in submitted(archive, ingested["objid"]).values()}
    assert set(names.values()) | kept == before, "something of the package is nowhere"
    (aip,) = (path for path in archive.packages() if path.name.startswith(ingested["objid"]))
    assert archive.run("verify", str(aip)).returncode == 0


def taken_in(archive: Archive, package: Path, folder: Path, number: int) -> str:
    """The identifier of the case that a package became."""
    description = completed(archive, package, folder / f"{number}.json", number)
    (done,) = archive.json("ingest", str(package), "--description", str(description))["ingests"]
    return str(done["objid"])


@pytest.mark.samples
def test_true_names_are_those_of_the_originals(archive: Archive, tmp_path: Path) -> None:
    objid = taken_in(archive, PACKAGES / "made/archivematica-aip.zip", tmp_path, 80)
    assert list(originals(archive, objid)) == ["现场检查笔录.txt"]


@pytest.mark.samples
def test_what_the_package_does_not_say_is_named(archive: Archive) -> None:
    done = archive.run("check", str(PACKAGES / "made/archivematica-aip.zip"), lang="zh")
    assert done.returncode == 3
    assert "信息包没有说明以下必填项：案号" in done.stderr and "preserve describe" in done.stderr


def test_a_draft_lies_beside_a_package_and_not_in_it(archive: Archive, tmp_path: Path) -> None:
    package = laid(tmp_path / "信息包", eark({"a.txt": b"one"}))
    assert archive.run("describe", str(package)).returncode == 0
    assert (tmp_path / "信息包.案卷.xlsx").is_file() and len(list(package.iterdir())) == 2


def test_an_altered_file_is_refused_until_somebody_answers_for_it(archive: Archive, tmp_path: Path) -> None:
    files = eark({"a.txt": b"one", "b.txt": b"two"}) | {"representations/r1/data/a.txt": b"other"}
    package = packed(tmp_path / "p.zip", files)
    description = completed(archive, package, tmp_path / "case.json", 50)
    refused = archive.run("--json", "ingest", str(package), "--description", str(description))
    assert refused.returncode == 3 and "ingest.digest-differs" in refused.stdout
    form = tmp_path / "说明.xlsx"
    checked = archive.run("check", str(package), "--description", str(description), "--fill", str(form))
    assert checked.returncode == 3 and "a named person gives the reason" in checked.stderr
    cells = {str(cell.value) for sheet in openpyxl.load_workbook(form) for row in sheet.iter_rows() for cell in row}
    assert cells >= {"数字摘要与清单不符", "a.txt"}
    answer = {"finding": "digest-differs", "where": "a.txt", "person": "周建国", "reason": "移交单位来函说明原因"}
    description.unlink()
    description = completed(archive, package, tmp_path / "case.json", 50, acceptances=[answer])
    (done,) = archive.json("ingest", str(package), "--description", str(description))["ingests"]
    (told,) = [finding for finding in done["findings"] if finding["code"] == "foreign.digest-differs"]
    assert (told["severity"], told["values"]["accepted_by"]) == ("warning", "周建国")
    assert hashlib.sha256(b"other").hexdigest() in originals(archive, done["objid"]).values()


def test_a_listed_file_that_is_missing_keeps_it_out_until_then(archive: Archive, tmp_path: Path) -> None:
    files = eark({"a.txt": b"one", "b.txt": b"two"})
    del files["representations/r1/data/b.txt"]
    package = packed(tmp_path / "p.zip", files)
    description = completed(archive, package, tmp_path / "case.json", 51)
    refused = archive.run("--json", "ingest", str(package), "--description", str(description))
    assert refused.returncode == 3 and "foreign.file-missing" in refused.stdout
    assert archive.leftovers() == []


def test_our_own_package_comes_in_without_a_word(archive: Archive, tmp_path: Path) -> None:
    """From one archive into another, as a folder and as a zip: the same originals, the same description."""
    content = {"笔录.txt": b"one", "photos/a b.jpg": b"two"}
    objid = taken_in(archive, packed(tmp_path / "p.zip", eark(content)), tmp_path, 81)
    newest = archive.home / "store" / "packages" / f"{objid}_v0001"
    other = found(tmp_path / "other")
    zipped = shutil.make_archive(str(tmp_path / "aip"), "zip", newest.parent, newest.name)
    (done,) = other.json("ingest", zipped)["ingests"]
    assert done["ok"]
    assert originals(other, done["objid"]) == originals(archive, objid)
    descriptions = [next(root.glob("data/*/metadata/descriptive/case.json")) for root in (newest, other.packages()[0])]
    assert descriptions[0].read_bytes() == descriptions[1].read_bytes()


def test_a_sip_of_commons_ip_comes_in(archive: Archive, tmp_path: Path) -> None:
    package = commons_ip_sip(tmp_path, "case-1")
    description = completed(archive, package, tmp_path / "case.json", 60)
    (done,) = archive.json("ingest", str(package), "--description", str(description))["ingests"]
    assert list(originals(archive, done["objid"])) == ["data/现场照片.txt"]
    (aip,) = (path for path in archive.packages() if path.name.startswith(done["objid"]))
    assert validate(next((aip / "data").iterdir()), tmp_path)[0] == "VALID"


def test_a_package_with_very_many_documents_of_its_own_leaves_mets_small(archive: Archive, tmp_path: Path) -> None:
    """One validator fails above 32 KB of METS: as many as fit lie there by themselves, of more one zip does."""
    for number, count in ((70, 28), (71, 300)):
        more = {f"documentation/很长的文件夹名称/第 {one:03} 份说明.txt": str(one) for one in range(count)}
        package = packed(tmp_path / f"{count}.zip", eark({"a.txt": str(number).encode()}) | more)
        description = completed(archive, package, tmp_path / f"{count}.json", number)
        (done,) = archive.json("ingest", str(package), "--description", str(description))["ingests"]
        (aip,) = (path for path in archive.packages() if path.name.startswith(done["objid"]))
        (root,) = (path for path in (aip / "data").iterdir() if path.is_dir())
        assert (root / "METS.xml").stat().st_size < 32 << 10
        assert archive.run("verify", "--strict", str(aip)).returncode == 0
