"""The certificate: signed, whole, readable by other people's tools; and every way in which it must not be made."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from asn1crypto import pem
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import Connection

from preserve.access.certificate import CHAIN, NAME, CertificateMade, certify, check_signer, put_chain
from preserve.access.dip import contents
from preserve.access.dip.contents import Given
from preserve.access.requests.model import Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.selecting import read_case
from preserve.administration.health import examine_signer
from preserve.administration.signing.authority import make_test_authority
from preserve.clock import now
from preserve.data_management import checkpoints, ledger
from preserve.data_management.database import open_catalogue
from preserve.data_management.proof.export import check_proof
from preserve.errors import PreserveError
from preserve.home import Home, open_home
from preserve.messages import LANGUAGES, hint, say, speaking
from preserve.settings import Signing
from storage_adapters.durable import write_file
from tests.support.office import Office, make_office
from tests.support.time_server import answering, make_authority

pytestmark = pytest.mark.xdist_group("certificate")

DIP = "dip-01m8da4yhapvktyhqdbb39pb31"


@dataclass(frozen=True)
class Delivery:
    """An approved request whose files are copied out and whose package stands in the ledger: all but the certificate."""

    home: Home
    request: Request
    given: tuple[Given, ...]
    numbers: tuple[int, ...]
    evidence: bytes

    @property
    def evidence_sha256(self) -> str:
        return hashlib.sha256(self.evidence).hexdigest()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        catalogue = open_catalogue(self.home)
        with catalogue.read() as connection:
            yield connection
        catalogue.close()

    def certify(self, folder: Path, home: Home | None = None, **changes: Any) -> CertificateMade:
        """The certificate in `folder`/DIP."""
        told = {
            "evidence": self.evidence,
            "digest": self.evidence_sha256,
            "given": self.given,
            "numbers": self.numbers,
            "request": self.request,
        } | changes
        staged = folder / DIP
        write_file(staged / "proof" / "evidence.json", told["evidence"])
        with self.connection() as connection:
            return certify(
                home or self.home, connection, told["request"], told["given"], staged, told["digest"], told["numbers"]
            )

    def signed_by(self, **signing: Any) -> Home:
        """The home with another signer."""
        return replace(self.home, settings=self.home.settings.model_copy(update={"signing": Signing(**signing)}))


def evidence_of(given: Sequence[Given]) -> bytes:
    """proof/evidence.json about these files."""
    files = [
        {"path": f"data/{DIP}/{one.path}", "size": one.size, "sha256": one.digests["sha256"], "sm3": one.digests["sm3"]}
        for one in given
    ]
    return json.dumps({"format": "preserve-dip-1", "dip": DIP, "files": files}, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"), "--test-authority")


@pytest.fixture(scope="module")
def delivery(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    assert office.archive.run("audit", "run").returncode == 0
    number = office.approved()
    home = open_home(office.archive.home)
    folder = tmp_path_factory.mktemp("files")
    catalogue = open_catalogue(home)
    given = []
    with catalogue.begin() as connection:
        request = REQUESTS.read(connection, home, number)
        assert request.examination is not None
        selection = request.examination.selection
        cases = {objid: read_case(home, connection, objid) for objid in request.cases}
        for count, (one, name) in enumerate(zip(selection, contents.names_for(selection), strict=True), 1):
            path = f"representations/original/data/{name}"
            size, digests = contents.take(home, one, folder / path, lambda moved: None)
            given.append(Given(count, path, "original", one, cases[one.objid].about(one.path), size, digests))
        numbers = [
            e.number for objid in cases for e in ledger.about(connection, objid) if e.action == "case.registered"
        ]
        numbers += [entry.number for entry in ledger.about(connection, number)]
        evidence = evidence_of(given)
        details = {
            "cases": list(cases),
            "request": number,
            "files": len(given),
            "evidence_sha256": hashlib.sha256(evidence).hexdigest(),
        }
        numbers.append(
            ledger.append(connection, action="dip.made", subject=DIP, actor="head", moment=now(), details=details)
        )
        checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, now())
    catalogue.close()
    return Delivery(home, request, tuple(given), tuple(numbers), evidence)


@pytest.fixture(scope="module")
def made(delivery: Delivery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    told = delivery.certify(folder)
    paper = folder / DIP / NAME
    assert told.sha256 == hashlib.sha256(paper.read_bytes()).hexdigest()
    assert told.signer.test
    assert told.findings == ()
    return paper


def pdfsig(paper: Path) -> str:
    return subprocess.run(["pdfsig", str(paper)], capture_output=True, text=True, check=False).stdout


def pyhanko(paper: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """What pyHanko's own program says, which trusts only this root."""
    program = Path(sys.executable).parent / "pyhanko"
    return subprocess.run(
        [program, "sign", "validate", "--executive-summary", "--trust-replace", "--trust", root, paper],
        capture_output=True,
        text=True,
        check=False,
    )


def holds(data: bytes, root: bytes) -> bool:
    """The same in this process: whether it is signed, whole, and untouched since."""
    trust = ValidationContext(trust_roots=[Certificate.load(pem.unarmor(root)[2])])
    try:
        reader = PdfFileReader(io.BytesIO(data))
        (signature,) = reader.embedded_signatures
        status = validate_pdf_signature(signature, signer_validation_context=trust)
    except Exception:  # noqa: BLE001  whatever a reader stumbles over, it does not accept
        return False
    return bool(status.bottom_line) and signature.coverage == SignatureCoverageLevel.ENTIRE_FILE


def text_of(paper: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.replace("\u200b", "").split())


def root_of(delivery: Delivery) -> Path:
    return delivery.home.keys / "test-root.pem"


def test_others_find_the_signature_valid_over_the_whole_file(made: Path, delivery: Delivery) -> None:
    told = pdfsig(made)
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "TEST 测试" in told
    done = pyhanko(made, root_of(delivery))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("VALID")
    assert "INVALID" not in done.stdout


def test_another_authority_of_the_same_name_is_not_believed(made: Path, delivery: Delivery, tmp_path: Path) -> None:
    make_test_authority(tmp_path, delivery.home.settings.institution, now())
    assert pyhanko(made, tmp_path / "test-root.pem").returncode != 0


def test_a_changed_byte_breaks_it_wherever_it_is(made: Path, delivery: Delivery, tmp_path: Path) -> None:
    data, root = made.read_bytes(), root_of(delivery).read_bytes()
    assert holds(data, root)
    begin = data.rindex(b"/Contents <") + len(b"/Contents <")
    end = data.index(b">", begin)
    inside = [begin, begin + 200, (begin + end) // 2, end - 1]
    places = [0, 9, 5000, len(data) // 3, len(data) // 2, begin - 2, end + 1, data.rindex(b"/ByteRange") + 14]
    places += [data.index(b"pdfaid:part"), data.rindex(b"startxref") + 12, len(data) - 3]
    for place in places + inside:
        hurt = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert not holds(hurt, root), place
    paper = tmp_path / "hurt.pdf"
    place = data.index(b"stream\n") + 40
    paper.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    assert "Signature is Valid" not in pdfsig(paper)
    assert pyhanko(paper, root_of(delivery)).returncode != 0


def test_what_is_appended_or_cut_off_breaks_it(made: Path, delivery: Delivery, tmp_path: Path) -> None:
    data, root = made.read_bytes(), root_of(delivery).read_bytes()
    assert not holds(data + b"\n% more\n", root)
    assert not holds(data[:-7], root)
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(data), "a revision was appended, and nothing before it touched"
    assert not holds(out.getvalue(), root)
    paper = tmp_path / "revised.pdf"
    paper.write_bytes(out.getvalue())
    assert "Not total document signed" in pdfsig(paper)
    assert pyhanko(paper, root_of(delivery)).returncode != 0
    with pikepdf.open(made) as document:
        document.save(tmp_path / "rewritten.pdf")
    assert "Signature is Valid" not in pdfsig(tmp_path / "rewritten.pdf")
    assert not holds((tmp_path / "rewritten.pdf").read_bytes(), root)


def test_it_stays_pdf_a(made: Path) -> None:
    fonts = subprocess.run(["pdffonts", made], capture_output=True, text=True, check=True).stdout
    assert len(fonts.splitlines()) > 3
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), fonts
    assert subprocess.run(["qpdf", "--check", made], capture_output=True, check=False).returncode == 0
    with pikepdf.open(made) as document:
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("2", "B")
            assert str(document.docinfo["/Title"]) == told["dc:title"]
            assert str(document.docinfo["/Producer"]) == told["pdf:Producer"]
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert len(intent.DestOutputProfile.read_bytes()) > 128
        assert "/ID" in document.trailer
        assert "/Encrypt" not in document.trailer
        form = document.Root.AcroForm
        assert "/NeedAppearances" not in form
        assert "/XFA" not in form
        (field,) = form.Fields
        # ISO 19005-2 6.3.3: an annotation without appearance has no extent; it prints, and is not hidden.
        assert [int(side) for side in field.Rect] == [0, 0, 0, 0]
        assert int(field.F) & 4
        assert not int(field.F) & (1 | 2 | 32)
        # ISO 19005-2 6.1.12: permissions by DocMDP alone, without the keys that digest objects.
        assert set(document.Root.Perms.keys()) == {"/DocMDP"}
        (reference,) = field.V.Reference
        assert reference.TransformMethod == "/DocMDP"
        assert int(reference.TransformParams.P) == 1
        assert not {"/DigestLocation", "/DigestMethod", "/DigestValue"} & set(reference.keys())
        assert all("/JS" not in str(page.get("/AA", "")) for page in document.pages)


def test_its_text_holds_every_digest_and_the_whole_way(made: Path, delivery: Delivery) -> None:
    text = text_of(made)
    store = delivery.home.store / "packages"
    for one in delivery.given:
        folder = store / one.selected.package / "data" / one.selected.objid / "representations" / "original"
        data = (folder / one.selected.file).read_bytes()
        for algorithm in ("sha256", "sm3"):
            assert hashlib.new(algorithm, data).hexdigest() in text, one.path
        assert "".join(one.path.split()) in text
        assert f"{len(data):,}B" in text
    for word in (
        "电子档案证明",
        "CertificateofArchivedElectronicRecords",
        "临江市文化和旅游局",
        "张法官",
        "人民法院",
        "李局长",
        delivery.evidence_sha256,
        DIP,
        delivery.request.number,
        "《行政执法全过程记录制度》第二十一条",
        delivery.request.wanted[0].case_number,
        "接收归档的案卷",
        "逐字节复制",
        "从载体重新读出全部文件",
        "登记入档",
        "定期检测完好1次",
        "受理利用申请",
        "审核利用申请",
        "批准利用申请",
        "制作利用信息包",
        "仅供试用和培训",
        "王审核",
        "不对文件所记载内容的真实性作出判断",
    ):
        assert word in text, word
    assert "certificate." not in text.replace("certificate.pdf", "")
    assert "{" not in text
    with delivery.connection() as connection:
        checkpoint = checkpoints.read_checkpoints(connection)[-1]
    assert "".join(checkpoint.text().split()) in text
    assert checkpoints.fingerprint(checkpoints.read_public_key(delivery.home.keys / "ledger.pub")) in text


def test_the_printed_path_leads_to_the_signed_root(made: Path, delivery: Delivery) -> None:
    """With nothing but what is on paper, and the program that every disc carries."""
    text = text_of(made)
    number = int(re.search(r"日志记录编号(\d+)", text)[1])  # type: ignore[index]
    leaf, size, root = (
        re.search(pattern, text)[1]  # type: ignore[index]
        for pattern in (r"本条记录校验值([0-9a-f]{64})", r"日志记录总数(\d+)", r"日志总校验值([0-9a-f]{64})")
    )
    after = text.split("pathfromleaftoroot,lowestfirst")[1].split("四、")[0]
    path = [bytes.fromhex(step) for step in re.findall(r"[0-9a-f]{64}", after)]
    assert path
    with delivery.connection() as connection:
        (entry,) = ledger.entries(connection, number, number)
    assert check_proof.leaf_hash(entry.text.encode()).hex() == leaf
    assert delivery.evidence_sha256 in entry.text
    assert check_proof.includes(bytes.fromhex(leaf), number - 1, int(size), path, bytes.fromhex(root))
    assert not check_proof.includes(bytes.fromhex(leaf), number, int(size), path, bytes.fromhex(root))


def test_the_code_on_it_reads(made: Path, delivery: Delivery, tmp_path: Path) -> None:
    subprocess.run(["pdftoppm", "-r", "150", "-l", "1", "-png", made, tmp_path / "page"], check=True)
    (page,) = tmp_path.glob("page*.png")
    (code,) = zxingcpp.read_barcodes(Image.open(page))
    with delivery.connection() as connection:
        checkpoint = checkpoints.read_checkpoints(connection)[-1]
        root = checkpoints.root_at(connection, checkpoint.size).hex()
    evidence = delivery.evidence_sha256
    key = hashlib.sha256(checkpoints.raw_public_key(delivery.home.keys / "ledger.pub")).hexdigest()
    told = f"evidence={evidence}&size={checkpoint.size}&root={root}&key={key}"
    assert code.text == f"preserve:dip:{DIP}?{told}"


def test_what_was_made_from_an_original_is_told_apart(delivery: Delivery, tmp_path: Path) -> None:
    first, second, *others = delivery.given
    blurred = replace(
        first, event="redaction", representation="redacted", made_by="ffmpeg boxblur", path="access/a.mp4"
    )
    part = second.selected.model_copy(update={"begin": 61.5, "end": 122.0})
    copy = replace(second, representation="clip", event="modification", made_by="ffmpeg -ss", selected=part)
    hostile = replace(others[0], about=None, path='#panic("x") $y$ \\ *b* ' + "长" * 90)
    told = anchored_again(delivery, (blurred, copy, hostile, *others[1:]))
    told.certify(tmp_path)
    text = text_of(tmp_path / DIP / NAME)
    for word in (
        "遮盖件",
        "片段",
        "ffmpegboxblur",
        "0:01:01.500至0:02:02.000",
        "由原件制作",
        first.selected.original_sha256,
        '#panic("x")$y$',
    ):
        assert word in text, word
    assert "下列文件均为原件的逐字节复制" not in text


def anchored_again(delivery: Delivery, given: Sequence[Given]) -> Delivery:
    """The delivery with other files, which stand in the ledger as well."""
    evidence = evidence_of(given)
    details = {
        "cases": list(delivery.request.cases),
        "request": delivery.request.number,
        "files": len(given),
        "evidence_sha256": hashlib.sha256(evidence).hexdigest(),
    }
    catalogue = open_catalogue(delivery.home)
    with catalogue.begin() as connection:
        number = ledger.append(connection, action="dip.made", subject=DIP, actor="head", moment=now(), details=details)
        checkpoints.checkpoint(connection, delivery.home.keys, delivery.home.settings.archive_id, now())
    catalogue.close()
    return replace(delivery, given=tuple(given), numbers=(*delivery.numbers[:-1], number), evidence=evidence)


def refused(delivery: Delivery, folder: Path, home: Home | None = None, **changes: Any) -> PreserveError:
    """Why no certificate was made; nothing was left."""
    with pytest.raises(PreserveError) as told:
        delivery.certify(folder, home, **changes)
    assert [path.name for path in (folder / DIP).iterdir()] == ["proof"]
    for language in LANGUAGES:
        with speaking(language):
            sentence = say(told.value.code, **told.value.values)
            assert "{" not in sentence
            assert hint(told.value.code, **told.value.values), told.value.code
    return told.value


def test_without_a_signer_nothing_is_made_and_it_says_what_to_do(delivery: Delivery, tmp_path: Path) -> None:
    home = replace(delivery.home, settings=delivery.home.settings.model_copy(update={"signing": None}))
    error = refused(delivery, tmp_path, home)
    assert (error.code, error.status) == ("signing.none", 7)
    with pytest.raises(PreserveError, match=r"signing\.none"):
        check_signer(home)
    assert [(check.code, check.state) for check in examine_signer(home)] == [("health.signer-none", "optional")]


def test_a_certificate_that_expired_a_minute_ago_signs_nothing(delivery: Delivery, tmp_path: Path) -> None:
    signing = make_test_authority(tmp_path / "keys", "局", now() - timedelta(days=400, minutes=1), 400)
    home = at(delivery, tmp_path / "keys", signing)
    error = refused(delivery, tmp_path, home)
    assert (error.code, error.status) == ("signing.expired", 3)
    assert [(check.code, check.state) for check in examine_signer(home)] == [("health.signer-expired", "wrong")]


def at(delivery: Delivery, keys: Path, signing: Signing, **changes: Any) -> Home:
    """The home with a signer whose files lie elsewhere."""
    paths = {
        name: str(keys / Path(getattr(signing, name)).name)
        for name in ("file", "chain", "password_file")
        if getattr(signing, name)
    }
    return delivery.signed_by(**(paths | changes))


def test_one_that_is_not_valid_yet(delivery: Delivery, tmp_path: Path) -> None:
    home = at(delivery, tmp_path / "keys", make_test_authority(tmp_path / "keys", "局", now() + timedelta(days=2)))
    assert refused(delivery, tmp_path, home).code == "signing.not-yet-valid"
    assert [check.code for check in examine_signer(home)] == ["health.signer-early"]


def test_one_that_soon_expires_signs_and_is_told_of(delivery: Delivery, tmp_path: Path) -> None:
    home = at(delivery, tmp_path / "keys", make_test_authority(tmp_path / "keys", "局", now(), 30))
    made = delivery.certify(tmp_path, home)
    assert [(one.code, one.severity) for one in made.findings] == [("signing.expires-soon", "warning")]
    assert [(check.code, check.state) for check in examine_signer(home)] == [("health.signer-soon", "optional")]


def test_keys_and_passwords_that_will_not_do(
    delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(delivery.home.keys, keys)
    home = at(delivery, keys, delivery.home.settings.signing)  # type: ignore[arg-type]
    box, password = keys / "test-signer.p12", keys / "test-signer.password"
    right = password.read_text()

    def code(number: int, using: Home = home) -> tuple[str, int]:
        error = refused(delivery, tmp_path / str(number), using)
        return error.code, error.status

    password.write_text("wrong\n")
    assert code(1) == ("signing.password-wrong", 3)
    monkeypatch.setenv("PRESERVE_SIGNING_PASSWORD", right.strip())
    delivery.certify(tmp_path / "environment", home)
    monkeypatch.delenv("PRESERVE_SIGNING_PASSWORD")
    password.write_bytes(b"\xff\xfe")
    assert code(2) == ("signing.password-wrong", 3)
    password.write_text(right)
    password.chmod(0o640)
    assert code(3) == ("signing.file-exposed", 3)
    assert [check.code for check in examine_signer(home)] == ["health.signer-unusable"]
    password.chmod(0o600)
    box.chmod(0o644)
    assert code(4) == ("signing.file-exposed", 3)
    box.chmod(0o600)
    whole = box.read_bytes()
    box.write_bytes(whole[:100])
    assert code(5) == ("signing.file-broken", 3)
    box.unlink()
    assert code(6) == ("signing.file-unreadable", 7)
    box.touch(mode=0o600)
    box.write_bytes(whole)
    (keys / "test-root.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert code(7) == ("signing.chain-unreadable", 3)
    assert code(8, at(delivery, keys, Signing(file="test-signer.p12"))) == ("signing.password-wrong", 3)


def issue(folder: Path, key: Any, usage: str) -> Path:
    """A PKCS#12 file with a self-signed certificate for one use."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "文旅局 signer")])
    uses = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    ) | {usage: True}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=900))
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    box = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"geheim"))
    write_file(folder / "own.p12", box, mode=0o600)
    write_file(folder / "own.password", b"geheim", mode=0o600)
    return folder / "own.p12"


def test_what_kind_of_key_it_must_be(delivery: Delivery, tmp_path: Path) -> None:
    def home_with(name: str, key: Any, usage: str = "digital_signature") -> Home:
        box = issue(tmp_path / name, key, usage)
        return delivery.signed_by(file=str(box), password_file=str(box.with_suffix(".password")))

    curve = ec.generate_private_key(ec.SECP256R1())
    assert refused(delivery, tmp_path / "1", home_with("cipher", curve, "key_agreement")).code == "signing.wrong-use"
    other = ed25519.Ed25519PrivateKey.generate()
    assert refused(delivery, tmp_path / "2", home_with("ed", other)).code == "signing.algorithm"
    made = delivery.certify(tmp_path / "3", home_with("curve", curve))
    assert not made.signer.test
    paper = tmp_path / "3" / DIP / NAME
    assert "Signature is Valid" in pdfsig(paper)
    assert "仅供试用和培训" not in text_of(paper)
    assert b"0" * 20 + b">" not in paper.read_bytes(), "there is room in the signature that nothing covers"
    assert [check.code for check in examine_signer(home_with("curve", curve))] == ["health.signer"]


def test_no_certificate_for_what_the_ledger_does_not_hold(delivery: Delivery, tmp_path: Path) -> None:
    numbers = delivery.numbers
    wrong: list[dict[str, Any]] = [
        {"numbers": numbers[:-1]},
        {"numbers": numbers[1:]},
        {"numbers": (*numbers, 100_000)},
        {"numbers": ()},
        {"numbers": (*numbers[:-2], numbers[-1])},
    ]
    for count, changes in enumerate(wrong):
        assert refused(delivery, tmp_path / str(count), **changes).code == "certificate.not-anchored", changes
    other = anchored_again(delivery, delivery.given[1:])
    assert refused(replace(other, numbers=numbers), tmp_path / "other").code == "certificate.not-anchored"


def test_bad_news_stands_in_the_chain_of_custody(office: Office, delivery: Delivery, tmp_path: Path) -> None:
    victim = next(office.archive.packages()[0].rglob("original/data/**/*.mp4"))
    whole, mode = victim.read_bytes(), victim.stat().st_mode
    victim.chmod(0o644)
    victim.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        assert office.archive.run("audit", "run", "--all").returncode == 4
    finally:
        victim.write_bytes(whole)
        victim.chmod(mode)
    delivery.certify(tmp_path)
    text = text_of(tmp_path / DIP / NAME)
    for word in ("定期检测发现副本损坏：服务器", "副本存疑", "定期检测完好1次", "Aregularcheckfound", "原因：内容改变"):
        assert word in text, word


def test_no_certificate_for_other_files_than_the_evidence(delivery: Delivery, tmp_path: Path) -> None:
    first, *others = delivery.given
    swapped = replace(first, digests={**first.digests, "sm3": others[0].digests["sm3"]})
    wrong: list[dict[str, Any]] = [
        {"given": (swapped, *others)},
        {"given": (replace(first, size=1), *others)},
        {"evidence": b"{}"},
        {"evidence": delivery.evidence + b" "},
        {"evidence": b"\xff"},
        {"digest": "0" * 64},
    ]
    for count, changes in enumerate(wrong):
        assert refused(delivery, tmp_path / str(count), **changes).code == "certificate.evidence-differs", changes


def test_no_certificate_without_approval(delivery: Delivery, tmp_path: Path) -> None:
    request = delivery.request
    assert request.decision is not None
    denied = request.decision.model_copy(update={"outcome": "refused"})
    for count, decision in enumerate((None, denied)):
        error = refused(delivery, tmp_path / str(count), request=request.model_copy(update={"decision": decision}))
        assert (error.code, error.status) == ("request.approval-missing", 6)


def test_a_time_stamp_stands_in_the_signature_where_one_is_configured(delivery: Delivery, tmp_path: Path) -> None:
    profile = delivery.home.profiles / "audit.toml"
    folder = make_authority(tmp_path / "tsa")
    try:
        with answering(folder) as authority:
            profile.write_text(f'[time_stamps]\nserver = "{authority.address}"\nroots = "{authority.root}"\n')
            made = delivery.certify(tmp_path / "stamped")
            paper = tmp_path / "stamped" / DIP / NAME
            assert made.stamped is not None
            assert abs(made.stamped - now()) < timedelta(minutes=5)
            assert "Signature is Valid" in pdfsig(paper)
            assert authority.address.replace("/", "")[:20] in text_of(paper).replace("/", "")
            done = subprocess.run(
                [
                    Path(sys.executable).parent / "pyhanko",
                    "sign",
                    "validate",
                    "--pretty-print",
                    "--trust-replace",
                    "--trust",
                    root_of(delivery),
                    "--trust",
                    authority.root,
                    paper,
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout
            assert "This timestamp is backed by a time stamping authority" in done.stdout
            stranger = make_authority(tmp_path / "stranger") / "ca.pem"
            profile.write_text(f'[time_stamps]\nserver = "{authority.address}"\nroots = "{stranger}"\n')
            assert refused(delivery, tmp_path / "stranger-1").code == "ledger.time-stamp-bad"
        profile.write_text(f'[time_stamps]\nserver = "{authority.address}"\nroots = "{authority.root}"\n')
        error = refused(delivery, tmp_path / "down")
        assert (error.code, error.status) == ("ledger.time-server", 5)
    finally:
        profile.unlink()


def test_the_test_authority_says_so_and_keeps_its_keys_private(office: Office) -> None:
    keys = office.archive.home / "keys"
    assert {path.name for path in keys.glob("test-*")} == {"test-signer.p12", "test-signer.password", "test-root.pem"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in keys.glob("test-*"))
    told = subprocess.run(
        ["openssl", "x509", "-in", keys / "test-root.pem", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.count("TEST 测试") == 2
    assert b"PRIVATE" not in (keys / "test-root.pem").read_bytes()
    home = open_home(office.archive.home)
    assert check_signer(home).test
    assert [(check.code, check.state) for check in examine_signer(home)] == [("health.signer-test", "optional")]


def test_the_chain_leads_from_the_signer_to_its_authority(delivery: Delivery, tmp_path: Path) -> None:
    put_chain(delivery.home, tmp_path)
    chain = x509.load_pem_x509_certificates((tmp_path / CHAIN).read_bytes())
    assert len(chain) == 2
    chain[0].verify_directly_issued_by(chain[1])
