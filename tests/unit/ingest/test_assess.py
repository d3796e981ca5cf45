"""What is said of a deposit before a byte is copied, and what is judged once its files are known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import bagit
import pytest

from metadata.findings import Finding
from preserve.errors import MediumProblem, Refused, ToolMissing
from preserve.home import Home
from preserve.ingest.assess import Judgement, assess, preview, refusal
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.small_case import ingest, small_archive, small_case
from tests.support.taking import ingest_in, take
from tests.support.tiny_case import write_case


def _home(folder: Path, **settings: str | int) -> Home:
    return Home(folder / "home", Settings(archive_id="01", institution="某局", **settings))  # type: ignore[arg-type]


def _codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_deposit_is_refused_with_every_reason_at_once(tmp_path: Path) -> None:
    objects = [{"file": "无.txt", "kind": "现场检查笔录", "stage": "没有的阶段"}]
    case = write_case(tmp_path / "case", closed="不是日子", objects=objects)
    with pytest.raises(Refused, match=r"sip\.refused") as refused:
        assess(_home(tmp_path), case, Silent())
    assert len({finding.where for finding in refused.value.findings if finding.severity == "refuse"}) >= 2


def test_what_check_finds_ingest_finds(tmp_path: Path) -> None:
    home = _home(tmp_path)
    names = ("笔录.txt", "决定书.txt", "空.txt")
    objects = [{"file": name, "kind": "现场检查笔录", "stage": "调查"} for name in names]
    case = write_case(tmp_path / "case", acceptances=[], objects=objects)
    (case / "空.txt").write_bytes(b"")
    assessed, judged = preview(home, case, Silent())
    judgement = Judgement(home, assess(home, case, Silent()))
    ingest = ingest_in(tmp_path)
    for name in (*names, "case.json"):
        judgement.add(take(ingest, name, case / name))
    with pytest.raises(Refused) as refused:
        judgement.finish()
    announced = refusal(assessed.deposit, judged.findings)
    assert announced is not None
    assert announced.code == refused.value.code == "sip.unexplained"
    assert set(map(repr, announced.findings)) == set(map(repr, refused.value.findings))
    assert "format.empty" in _codes(judged.findings)


@pytest.mark.parametrize("form", ["zip", "tar", "gztar"])
def test_files_in_an_archive_are_looked_into_as_in_a_folder(form: str, tmp_path: Path) -> None:
    names = ("笔录.txt", "决定书.txt", "空.txt")
    objects = [{"file": name, "kind": "现场检查笔录", "stage": "调查"} for name in names]
    case = write_case(tmp_path / "case", objects=objects)
    (case / "空.txt").write_bytes(b"")
    packed = Path(shutil.make_archive(str(tmp_path / "case"), form, case))
    _, folder = preview(_home(tmp_path), case, Silent())
    _, archive = preview(_home(tmp_path), packed, Silent())
    assert sorted(map(repr, archive.findings)) == sorted(map(repr, folder.findings))
    assert "format.empty" in _codes(archive.findings)
    assert not list((tmp_path / "home" / "work").iterdir())


def test_only_errors_of_the_regulation_keep_a_case_out(tmp_path: Path) -> None:
    assessed = assess(_home(tmp_path), write_case(tmp_path / "case"), Silent())
    article = {"article": "8"}

    def code(*findings: Finding) -> str:
        reason = refusal(assessed.deposit, findings)
        return reason.code if reason else ""

    assert code(Finding("normalise.proof-fails", "a", "error"), Finding("format.empty", "a", "warning", article)) == ""
    assert code(Finding("format.empty", "a", "error", article)) == "sip.unexplained"
    assert code(Finding("format.empty", "a", "error", article), Finding("sip.virus", "a", "refuse")) == "sip.refused"


def test_a_bags_own_files_are_kept_and_a_silent_scanner_stops_it(tmp_path: Path) -> None:
    deposit = write_case(tmp_path / "bag")
    bagit.make_bag(str(deposit), checksums=["sha256"])
    with pytest.raises(ToolMissing, match=r"sip\.clamd-silent"):
        assess(_home(tmp_path, clamd=str(tmp_path / "nobody")), deposit, Silent())
    kept = dict(assess(_home(tmp_path), deposit, Silent()).submission())
    assert {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"} == set(kept)
    assert kept["bagit.txt"] == (deposit / "bagit.txt").read_bytes()


def test_what_else_lies_in_a_bag_is_kept_or_named(tmp_path: Path) -> None:
    deposit = write_case(tmp_path / "bag")
    bagit.make_bag(str(deposit), checksums=["sha256"])
    for path in deposit.glob("tagmanifest-*"):
        path.unlink()
    (deposit / "aptrust-info.txt").write_text("Title: x\n")
    (deposit / "fetch.txt").write_text("http://example.org/x - data/笔录.txt\n", encoding="utf-8")
    (deposit / "extra").mkdir()
    (deposit / "extra/notes.txt").write_text("x")
    assessed = assess(_home(tmp_path), deposit, Silent())
    assert {"aptrust-info.txt", "fetch.txt", "bagit.txt"} <= {name for name, _ in assessed.submission()}
    left = [finding for finding in assessed.findings if finding.code == "sip.bag-tags-left"]
    assert [finding.values["names"] for finding in left] == ["extra/notes.txt"]


def test_room_is_required_with_the_reserve_left_over(tmp_path: Path) -> None:
    home = _home(tmp_path)
    home.store.mkdir(parents=True)
    assessed = assess(home, write_case(tmp_path / "case"), Silent())
    assert assessed.needed > assessed.deposit.size
    full = _home(tmp_path, reserve=1 << 60)
    with pytest.raises(MediumProblem):
        assessed.require_space(full)


def test_a_mark_of_a_state_secret_and_a_file_that_is_twice_there_are_found_by_check_and_by_ingest(
    tmp_path: Path,
) -> None:
    archive = small_archive(tmp_path / "home")
    case = small_case(tmp_path, "文检〔2026〕9号")
    (case / "旧笔录.txt").write_bytes("关于某事的情况\n机 密 ★ １０年\n".encode("gb18030"))
    shutil.copyfile(case / "笔录.txt", case / "又.txt")
    content = json.loads((case / "case.json").read_text(encoding="utf-8"))
    content["objects"].append({"file": "又.txt", "kind": "文书", "stage": "调查"})
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    _, judged = preview(archive.home, case, Silent())
    with pytest.raises(Refused) as refused:
        ingest(archive, case)
    for findings in (judged.findings, refused.value.findings):
        told = {(one.code, one.where): one for one in findings}
        assert told["rule.secrecy-mark", "旧笔录.txt"].severity == "error"
        assert told["rule.secrecy-mark", "旧笔录.txt"].values["article"] == "20"
        assert [where for code, where in told if code == "rule.file-identical"] == ["又.txt"]
    archive.catalogue.close()
