"""Transfer to another archive: other people's tools accept it, it is whole or not there, custody ends with the receipt."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import bagit
import openpyxl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from preserve.access.transfer.decoding import read_eep
from preserve.access.transfer.eep import write_eep
from preserve.access.transfer.encapsulation import Document, Encapsulation, Record
from preserve.access.transfer.profile import read_transfer_profile
from preserve.errors import NotIntact
from tests.support.eark import VERSIONS, validate
from tests.support.edges import edges_of, killed_at
from tests.support.office import Office
from tests.support.program import kill, manifest, state_of

pytestmark = pytest.mark.xdist_group("bureau")
_SPACE = "{http://www.saac.gov.cn/standards/ERM/encapsulation}"
PROFILE = read_transfer_profile(None).eep


def prepared(office: Office, form: str) -> str:
    """A transfer that the head has approved; its number."""
    words = ("--archive", "临江市档案馆", "--basis", "2026年度接收计划", "--form", form)
    number = str(office.json("", "transfer", "prepare", office.case, *words)["number"])
    office.json("head", "transfer", "approve", number)
    return number


def given_up(office: Office, number: str) -> None:
    office.json("", "transfer", "cancel", number, "--reason", "接收单位要求改期")


def wait_for(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Until something is there or the process has ended by itself."""
    while not there() and process.poll() is None:
        pass


def test_a_bag_is_accepted_by_another_program(bureau: Office, tmp_path: Path) -> None:
    before = state_of(bureau.archive.home / "store" / "packages")
    number = prepared(bureau, "bag")
    bureau.json("", "transfer", "hand-over", number, "--to", str(tmp_path))
    package = bureau.archive.packages()[0]
    handed = tmp_path / number / package.name
    assert bagit.Bag(str(handed)).validate()
    assert {k: v[2] for k, v in state_of(handed).items()} == {k: v[2] for k, v in state_of(package).items()}
    assert state_of(bureau.archive.home / "store" / "packages") == before
    given_up(bureau, number)


def test_encapsulations_give_every_byte_back(bureau: Office, tmp_path: Path) -> None:
    number = prepared(bureau, "eep")
    bureau.json("", "transfer", "hand-over", number, "--to", str(tmp_path))
    package = bureau.archive.packages()[0]
    found: dict[str, str] = {}
    for path in sorted((tmp_path / number).glob("aip-*/*.eep")):
        tree = etree.iterparse(str(path), tag=f"{_SPACE}编码", huge_tree=True)
        for _, coded in tree:
            name = coded.findtext(f"{_SPACE}电子属性/{_SPACE}计算机文件名")
            data = base64.b64decode(coded.findtext(f"{_SPACE}编码数据") or "")
            assert str(len(data)) == coded.findtext(f"{_SPACE}电子属性/{_SPACE}计算机文件大小")
            assert name not in found
            found[str(name)] = hashlib.sha256(data).hexdigest()
            coded.clear()
    assert found == manifest(package), "every file of the package is in exactly one encapsulation"
    first = tmp_path / number / package.name.partition("_")[0] / "0001.eep"
    root = etree.parse(str(first)).getroot()
    assert [etree.QName(one).localname for one in root] == [
        "封装包格式描述",
        "版本",
        "被签名对象",
        "电子签名块",
        "锁定签名",
    ]
    record = root.find(f".//{_SPACE}文件实体")
    assert record is not None
    assert [etree.QName(one).localname for one in record] == [
        "聚合层次",
        "来源",
        "电子文件号",
        "档号",
        "内容描述",
        "形式特征",
        "存储位置",
        "权限管理",
        "信息系统描述",
        "附注",
        "文件数据",
    ]
    assert [one.text for one in root.iter(f"{_SPACE}业务行为")]
    _check_signatures(first)
    given_up(bureau, number)


def _check_signatures(path: Path) -> None:
    """As another program would: the bytes of the element, the digest of them, the certificate's key."""
    data = path.read_bytes()
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    for signed, over in (("电子签名", "被签名对象"), ("锁定签名", "电子签名")):
        start = re.search(f"<{over}[ >]".encode(), data)
        assert start is not None
        ended = f"</{over}>".encode()
        element = data[start.start() : data.index(ended) + len(ended)]
        block = root.find(f".//{_SPACE}{signed}")
        assert block is not None
        result = base64.b64decode(block.findtext(f"{_SPACE}签名结果") or "")
        text = block.findtext(f"{_SPACE}证书块/{_SPACE}证书")
        key = x509.load_der_x509_certificate(base64.b64decode(text or "")).public_key()
        message = hashlib.sha256(element).digest()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(result, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(result, message, ec.ECDSA(hashes.SHA256()))


def test_killed_in_the_middle_it_goes_on(bureau: Office, tmp_path: Path) -> None:
    number = prepared(bureau, "eep")
    staging, final = tmp_path / f".{number}.part", tmp_path / number
    moments: list[Callable[[], bool]] = [
        lambda: any(staging.rglob("*.eep")),
        lambda: any(staging.glob("aip-*")),
        final.exists,
    ]
    for there in moments:
        process = bureau.archive.start("transfer", "hand-over", number, "--to", str(tmp_path))
        wait_for(there, process)
        kill(process)
        state = bureau.json("", "transfer", "show", number)["transfer"]["state"]
        if state == "handed-over":  # it was faster than we
            break
        assert state == "approved"
    done = bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path))
    assert done.returncode == (3 if state == "handed-over" else 0), done.stderr
    assert [one.name for one in tmp_path.iterdir()] == [number]
    decoded = {one.path: one.sha256 for path in final.glob("aip-*/*.eep") for one in read_eep(path, PROFILE)}
    assert decoded == manifest(bureau.archive.packages()[0])
    given_up(bureau, number)


@pytest.mark.parametrize("goes_on", [True, False])
def test_killed_before_it_is_entered_there_are_never_two_sets(goes_on: bool, bureau: Office, tmp_path: Path) -> None:
    trial = prepared(bureau, "bag")
    words = ("transfer", "hand-over", trial, "--to", str(tmp_path / "trial"))
    edges = edges_of(bureau.archive, tmp_path / "log", *words)
    published = max(place for place, edge in enumerate(edges) if edge.call == "renameat2")
    given_up(bureau, trial)
    number = prepared(bureau, "bag")
    one, other = tmp_path / "one", tmp_path / "other"
    assert killed_at(bureau.archive, edges[published + 1], "transfer", "hand-over", number, "--to", str(one))
    assert [path.name for path in one.iterdir()] == [number]
    assert bureau.json("", "transfer", "show", number)["transfer"]["state"] == "approved"
    one.rename(tmp_path / "pulled-out")
    assert bureau.run("", "transfer", "hand-over", number, "--to", str(other)).returncode == 3
    (tmp_path / "pulled-out").rename(one)
    if goes_on:
        assert bureau.run("", "transfer", "hand-over", number, "--to", str(other)).returncode == 0
        assert [path.name for path in other.iterdir()] == [number]
    given_up(bureau, number)
    assert list(one.iterdir()) == []
    assert bureau.archive.leftovers() == []


def test_what_is_altered_is_not_handed_over(bureau: Office, tmp_path: Path) -> None:
    original = next(bureau.archive.packages()[0].glob("data/*/representations/original/data/*/*.txt"))
    whole = original.read_bytes()
    for form in ("eark", "eep"):
        number = prepared(bureau, form)
        try:
            original.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            assert bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path)).returncode == 4
        finally:
            original.write_bytes(whole)
        assert list(tmp_path.iterdir()) == []
        given_up(bureau, number)


def test_what_is_gone_on_with_leads_nowhere_else(bureau: Office, tmp_path: Path) -> None:
    before = state_of(bureau.archive.home / "store" / "packages")
    number = prepared(bureau, "bag")
    left = tmp_path / f".{number}.part"
    left.symlink_to(bureau.archive.home / "store" / "packages")
    done = bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path))
    assert done.returncode == 3, done.stderr
    left.unlink()
    left.mkdir()
    (left / f".{bureau.archive.packages()[0].name}").symlink_to(bureau.archive.home / "store" / "packages")
    assert bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path)).returncode == 3
    assert state_of(bureau.archive.home / "store" / "packages") == before
    given_up(bureau, number)


def test_who_may_do_what(bureau: Office, tmp_path: Path) -> None:
    words = ("transfer", "prepare", bureau.case, "--archive", "馆", "--basis", "x")
    for who in ("depositor", "head", "system"):
        assert bureau.run(who, *words).returncode == 6, who
    number = str(bureau.json("", *words)["number"])
    for who in ("", "wang", "auditor"):
        assert bureau.run(who, "transfer", "approve", number).returncode == 6, who
    assert bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path / "x")).returncode == 3
    assert bureau.run("", *words).returncode == 3, "one case in two transfers"
    bureau.json("head", "transfer", "approve", number)
    for who in ("head", "system"):
        assert bureau.run(who, "transfer", "hand-over", number, "--to", str(tmp_path / "x")).returncode == 6
    assert not (tmp_path / "x").exists()
    title = bureau.json("", "show", bureau.case)["case"]["title"]
    assert title not in json.dumps(bureau.json("auditor", "transfer", "show", number), ensure_ascii=False)
    assert bureau.run("system", "transfer", "show", number).returncode == 6
    record = bureau.archive.home / "store" / "transfers" / number / "0002-approved.json"
    kept = record.read_text()
    record.write_text(kept.replace('"archive": "馆"', '"archive": "冠"'))
    assert bureau.run("", "transfer", "hand-over", number, "--to", str(tmp_path / "x")).returncode == 4
    record.write_text(kept)
    given_up(bureau, number)
    assert bureau.run("head", "transfer", "approve", number).returncode == 3


def test_custody_ends_with_the_right_receipt(bureau: Office, tmp_path: Path) -> None:
    number = prepared(bureau, "eark")
    digest = bureau.json("", "transfer", "hand-over", number, "--to", str(tmp_path))["digest"]
    handed = tmp_path / number
    package = bureau.archive.packages()[0]
    for version in VERSIONS:
        assert validate(handed / package.name.partition("_")[0], version) == ([], [])
    listed = json.loads((handed / "transfer.json").read_text(encoding="utf-8"))
    assert hashlib.sha256((handed / "transfer.json").read_bytes()).hexdigest() == digest
    for one in listed["cases"][0]["files"]:
        assert hashlib.sha256((handed / one["path"]).read_bytes()).hexdigest() == one["sha256"]
    text = re.sub(
        r"\s",
        "",
        subprocess.run(
            ["pdftotext", "-raw", str(handed / "移交与接收登记表.pdf"), "-"], capture_output=True, text=True, check=True
        ).stdout,
    )
    assert digest in text and "临江市档案馆" in text
    sheet = openpyxl.load_workbook(handed / "移交清单.xlsx").active
    assert sheet is not None
    assert bureau.case in [cell.value for row in sheet.iter_rows() for cell in row]
    blocks = bureau.json("", "show", bureau.case)["blocks"]
    assert {"kind": "transfer", "number": number} in blocks, "nothing of it may be disposed of"
    receipt = tmp_path / "回执.pdf"
    receipt.write_bytes(b"%PDF-1.4 receipt")
    tomorrow, yesterday = (date.today() + timedelta(days=days) for days in (2, -2))

    def receive(who: str, file: Path, confirms: str, *more: str) -> int:
        words = (
            "--receipt",
            str(file),
            "--receipt-number",
            "接〔2026〕7号",
            "--receiver",
            "馆员甲",
            "--confirms",
            confirms,
        )
        return bureau.run(who, "transfer", "receive", number, *words, *more).returncode

    assert receive("", receipt, "0" * 64) == 3
    assert receive("", receipt, digest[:8]) == 3
    assert receive("", handed / "移交清单.pdf", digest) == 3, "our own list is no receipt"
    assert receive("", tmp_path / "none.pdf", digest) == 3
    assert receive("", receipt, digest, "--received", tomorrow.isoformat()) == 3
    assert receive("", receipt, digest, "--received", yesterday.isoformat()) == 3
    for who in ("head", "auditor"):
        assert receive(who, receipt, digest) == 6, who
    assert bureau.json("", "transfer", "show", number)["transfer"]["state"] == "handed-over"
    assert receive("", receipt, digest[:16].upper()) == 0
    assert receive("", receipt, digest) == 3
    shown = bureau.json("", "show", bureau.case)
    assert [one for one in shown["blocks"] if one["kind"] == "transfer"] == []
    assert {"number": number, "state": "received"}.items() <= shown["transfers"][-1].items()
    assert bureau.archive.packages() == [package] and bagit.Bag(str(package)).validate(), "our copies remain"
    kept = bureau.json("", "transfer", "show", number)["transfer"]["receipt"]["paper"]
    assert (bureau.archive.home / "store" / "transfers" / number / kept["file"]).read_bytes() == receipt.read_bytes()
    steps = [one["action"] for one in bureau.log() if one["subject"] == number and "step" in one["details"]]
    assert steps == ["transfer.prepared", "transfer.approved", "transfer.handed-over", "transfer.received"]
    assert bureau.run("", "transfer", "cancel", number, "--reason", "x").returncode == 3
    before = bureau.json("", "transfer", "list", "--all")
    assert bureau.archive.run("catalogue", "rebuild").returncode == 0
    assert bureau.json("", "transfer", "list", "--all") == before


RECORD = Record("号", (("fonds_unit", "局"),), "档号", (("year", "2026"),), (("title", "题<名>&"),), "内部", "x", "y")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.binary(max_size=5000)), min_size=1, max_size=4))
def test_any_bytes_and_names_come_back(tmp_path: Path, content: list[tuple[str, bytes]]) -> None:
    blocks = {str(number): data * 60 for number, (_, data) in enumerate(content)}
    documents = [
        Document(str(number), name, name, len(blocks[str(number)]), hashlib.sha256(blocks[str(number)]).hexdigest(), "")
        for number, (name, _) in enumerate(content)
    ]
    target = tmp_path / "a.eep"
    digest = write_eep(
        target,
        PROFILE,
        Encapsulation("局", "2026-01-05T02:00:00Z", RECORD, documents, actions=(), agents=()),
        opening=lambda one: io.BytesIO(blocks[one.path]),
        sign=None,
        progress=lambda moved: None,
    )
    assert hashlib.sha256(target.read_bytes()).hexdigest() == digest
    assert [(one.path, one.size, one.sha256) for one in read_eep(target, PROFILE)] == [
        (one.path, one.size, one.sha256) for one in documents
    ]
    root = etree.parse(str(target)).getroot()
    assert root.findtext(f".//{_SPACE}内容描述/{_SPACE}题名") == "题<名>&"
    assert root.find(f"{_SPACE}电子签名块") is None


@pytest.mark.parametrize(
    "wound",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data.replace("电子文件封装包".encode(), b"x"),
        lambda data: data.replace(b'<?xml version="1.0" encoding="UTF-8"?>', b"<!DOCTYPE x [<!ENTITY e 'e'>]>"),
        lambda data: data.replace(b"aGVsbG8=", b"aGVsbG8"),
        lambda data: data.replace(b"aGVsbG8=", b"aGVs"),
        lambda data: data.replace(b"aGVsbG8=", "空".encode()),
    ],
)
def test_a_wounded_encapsulation_is_refused(tmp_path: Path, wound: Callable[[bytes], bytes]) -> None:
    target = tmp_path / "a.eep"
    document = Document("a.txt", "a.txt", "a", 5, hashlib.sha256(b"hello").hexdigest(), "")
    write_eep(
        target,
        PROFILE,
        Encapsulation("局", "2026-01-05T02:00:00Z", RECORD, [document], actions=(), agents=()),
        opening=lambda one: io.BytesIO(b"hello"),
        sign=None,
        progress=lambda moved: None,
    )
    assert b"aGVsbG8=" in target.read_bytes()
    target.write_bytes(wound(target.read_bytes()))
    with pytest.raises(NotIntact):
        read_eep(target, PROFILE)
