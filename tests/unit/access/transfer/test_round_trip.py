"""What a transfer hands over comes back in: the same originals by their digests, described as they were."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from preserve.access.transfer import handing
from preserve.access.transfer.exporting import export
from preserve.access.transfer.model import Form
from preserve.access.transfer.steps import cancel, prepare
from preserve.data_management import cases
from preserve.errors import Refused
from preserve.ingest.assess import Assessed, preview
from preserve.progress import Silent
from tests.support.asking import Counter
from tests.support.small_case import ingest, small_archive

pytestmark = pytest.mark.xdist_group("transfer-steps")
FORMS: tuple[Form, ...] = ("eep", "handover", "handover-2012")


@pytest.fixture(scope="module")
def handed_over(counter: Counter, tmp_path_factory: pytest.TempPathFactory) -> dict[Form, Path]:
    """The case as each form gives it: the folder of the case in what was handed over."""
    given: dict[Form, Path] = {}
    for form in FORMS:
        transfer = prepare(counter.actor(), [counter.case], receiver="临江市档案馆", basis="计划", form=form)
        target = tmp_path_factory.mktemp(form)
        export(counter.archive, transfer, "founder", target, moment=counter.archive.now(), progress=Silent())
        given[form] = target / transfer.number / counter.objid
        handing.forget(counter.archive.home, transfer.number)
        cancel(counter.actor(), transfer.number, reason="试验完毕")
    return given


def originals(counter: Counter) -> dict[str, str]:
    """The deposited files that the description names, with their digests."""
    with counter.archive.catalogue.read() as connection:
        case = cases.read(connection, counter.objid).description
    data = counter.archive.home.store / "packages" / f"{counter.objid}_v0001" / "data" / counter.objid
    folder = data / "representations" / "original" / "data"
    return {item.file: hashlib.sha256((folder / item.file).read_bytes()).hexdigest() for item in case.objects}


def taken(assessed: Assessed) -> dict[str, str]:
    names = {entry.path for entry in assessed.deposit.files}
    return {
        entry.path: hashlib.sha256(stream.read()).hexdigest()
        for entry, stream in assessed.deposit.source.stream(lambda entry: entry.path in names)
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [False, True])
def test_the_same_originals_come_back_described_as_they_were(
    form: Form, packed: bool, counter: Counter, handed_over: dict[Form, Path], tmp_path: Path
) -> None:
    place = handed_over[form]
    if packed:
        place = Path(shutil.make_archive(str(tmp_path / form), "zip", place.parent, place.name))
        assert zipfile.is_zipfile(place)
    assessed, judged = preview(counter.archive.home, place, Silent())
    assert taken(assessed) == originals(counter)
    with counter.archive.catalogue.read() as connection:
        before = cases.read(connection, counter.objid).description
    assert json.loads(assessed.description.model_dump_json()) == json.loads(before.model_dump_json())
    assert not [finding for finding in judged.findings if finding.severity == "refuse"]
    assert all(assessed.deposit.wanted[entry.path] for entry in assessed.deposit.files)


@pytest.mark.parametrize("form", FORMS)
def test_an_original_that_was_altered_on_the_way_is_found(
    form: Form, counter: Counter, handed_over: dict[Form, Path], tmp_path: Path
) -> None:
    place = tmp_path / "case"
    shutil.copytree(handed_over[form], place)
    if form == "eep":
        name = "representations/original/data/笔录.txt".encode()
        file = next(path for path in place.glob("*.eep") if name in path.read_bytes())
        data = file.read_bytes()
        start = data.index(b">", data.index("<编码数据".encode())) + 2
        letter = b"A" if data[start : start + 1] != b"A" else b"B"
        file.write_bytes(data[:start] + letter + data[start + 1 :])
    else:
        file = next(
            path for path in sorted(place.rglob("*.txt")) if "其他" not in str(path) and path.name != "说明文件.TXT"
        )
        file.write_bytes(file.read_bytes() + b"!")
    try:
        assessed, _ = preview(counter.archive.home, place, Silent())
    except Refused as refused:
        assert {"foreign.digest-differs", "sip.digest-differs"} & {finding.code for finding in refused.findings}
        return
    wanted = assessed.deposit.wanted
    wrong = [
        path for path, digest in taken(assessed).items() if digest not in {one.digest for one in wanted.get(path, ())}
    ]
    assert len(wrong) == 1


@pytest.mark.parametrize("form", FORMS)
def test_another_archive_takes_it_in(
    form: Form, counter: Counter, handed_over: dict[Form, Path], tmp_path: Path
) -> None:
    other = small_archive(tmp_path / "other")
    done = ingest(other, handed_over[form])
    package = other.home.store / "packages" / done.name / "data" / done.objid
    names = originals(counter)
    folder = package / "representations/original/data"
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names} == names
    kept = {path.name for path in (package / "documentation/submission").rglob("*") if path.is_file()}
    assert {"eep": "0001.eep", "handover": "目录文件.XML", "handover-2012": "文件目录.XML"}[form] in kept
    other.close()
