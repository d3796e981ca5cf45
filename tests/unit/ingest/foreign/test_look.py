"""What a package is as a deposit: names apart, its own files compared, answers of persons, what is kept beside."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from preserve.description.reading import read_description
from preserve.description.schema import CaseDescription
from preserve.errors import NotIntact, Refused
from preserve.ingest.foreign.answers import answered_digests
from preserve.ingest.foreign.keeping import kept_documents
from tests.support.foreign_packages import content_of, eark, file_word, laid, looked, mets, packed


def case(*answers: dict[str, str]) -> CaseDescription:
    description, findings = read_description(
        "case.json",
        json.dumps(
            {
                "case_number": "临文综罚〔2026〕77号",
                "case_type": "处罚",
                "title": "测试案",
                "cause": "测试",
                "producer": {"name": "某局"},
                "start": "2026-03-01",
                "closed": "2026-04-01",
                "acceptances": answers,
                "objects": [{"file": "a.txt", "kind": "文书", "stage": "调查"}],
            }
        ).encode(),
    )
    assert description is not None, findings
    return description


def altered(tmp_path: Path) -> Path:
    """A package whose one file is not what METS says."""
    return packed(tmp_path / "p.zip", eark({"a.txt": b"one"}) | {"representations/r1/data/a.txt": b"two"})


@pytest.mark.parametrize("finding", ["数字摘要与清单不符", "digest-differs", "foreign.digest-differs"])
def test_a_digest_that_somebody_answers_for_is_let_go_and_told(tmp_path: Path, finding: str) -> None:
    deposit = looked(altered(tmp_path))
    answer = {"finding": finding, "where": "a.txt", "person": "周建国", "reason": "移交单位来函说明"}
    after, findings = answered_digests(deposit, case(answer), {})
    assert [(one.code, one.where, one.severity) for one in findings] == [("foreign.digest-differs", "a.txt", "error")]
    assert deposit.wanted and after.wanted == {}


def test_a_digest_that_nobody_names_stays(tmp_path: Path) -> None:
    deposit = looked(altered(tmp_path))
    other = {"finding": "digest-differs", "where": "b.txt", "person": "周建国", "reason": "移交单位来函说明"}
    for answers in ((), (other,)):
        after, findings = answered_digests(deposit, case(*answers), {})
        assert (findings, after.wanted) == ([], deposit.wanted)


def test_an_answer_for_a_file_that_agrees_lets_nothing_go(tmp_path: Path) -> None:
    deposit = looked(packed(tmp_path / "p.zip", eark({"a.txt": b"one"})))
    answer = {"finding": "digest-differs", "where": "a.txt", "person": "周建国", "reason": "移交单位来函说明"}
    after, findings = answered_digests(deposit, case(answer), {})
    assert (findings, after.wanted) == ([], deposit.wanted)


def test_what_is_no_content_is_kept_with_its_paths(tmp_path: Path) -> None:
    files = eark({"a.txt": b"one"}) | {"metadata/descriptive/dc.xml": "<dc/>", "documentation/手册.txt": "how"}
    deposit = looked(packed(tmp_path / "p.zip", {"top/" + name: data for name, data in files.items()}))
    assert deposit.foreign is not None
    kept = dict(kept_documents(deposit.foreign))
    assert kept["package/documentation/手册.txt"] == b"how" and len(kept) == 3


def test_very_many_such_files_are_one_zip_that_is_always_the_same(tmp_path: Path) -> None:
    files = eark({"a.txt": b"one"}) | {f"metadata/other/{number}.xml": f"<x n='{number}'/>" for number in range(40)}
    deposit = looked(packed(tmp_path / "p.zip", files))
    assert deposit.foreign is not None
    ((name, data),) = kept_documents(deposit.foreign)
    assert name == "package.zip" and [data] == [again for _, again in kept_documents(deposit.foreign)]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert len(archive.namelist()) == 41 and archive.read("metadata/other/7.xml") == b"<x n='7'/>"


def test_a_true_name_that_is_another_s_folder_is_not_used(tmp_path: Path) -> None:
    premis = "".join(
        f"<object><originalName>{name}</originalName><storage><contentLocation><contentLocationValue>"
        f"representations/r1/data/{path}</contentLocationValue></contentLocation></storage></object>"
        for path, name in (("a.txt", "x"), ("b.txt", "x/y"), ("c.txt", "/etc/c"), ("d.txt", "d" * 9000))
    )
    files = eark({name: name.encode() for name in ("a.txt", "b.txt", "c.txt", "d.txt")})
    document = f'<premis xmlns="http://www.loc.gov/premis/v3">{premis}</premis>'
    deposit = looked(packed(tmp_path / "p.zip", files | {"metadata/preservation/premis.xml": document}))
    content = content_of(deposit)
    assert sorted(content.values()) == [b"a.txt", b"b.txt", b"c.txt", b"d.txt"]
    assert not any(name.startswith("/") or name + "/y" in content for name in content)


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "a/../../b"])
def test_hostile_members_refuse_a_package_as_any_deposit(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        looked(packed(tmp_path / "p.zip", eark({"a.txt": b"one"}) | {name: b"x"}))
    assert "sip.traversal" in {finding.code for finding in refused.value.findings}


def test_digests_of_a_kind_that_is_unknown_here_are_named(tmp_path: Path) -> None:
    word = file_word("representations/r1/data/a.txt").replace("<file ", '<file CHECKSUM="ab" CHECKSUMTYPE="WHIRLPOOL" ')
    deposit = looked(packed(tmp_path / "p.zip", {"METS.xml": mets(word), "representations/r1/data/a.txt": b"1"}))
    (told,) = [one for one in deposit.findings if one.code == "foreign.not-understood"]
    assert told.values["names"] == "whirlpool" and deposit.wanted == {}


def test_a_file_of_a_folder_that_is_written_to_meanwhile_is_not_kept_by_half(tmp_path: Path) -> None:
    folder = laid(tmp_path / "p", eark({"a.txt": b"one", "b.txt": b"two"}))
    streams = looked(folder).source.stream(lambda entry: True)
    _, stream = next(streams)
    (folder / "representations/r1/data/a.txt").write_bytes(b"other")
    stream.read()
    with pytest.raises(NotIntact):
        next(streams)
