"""A signed paper: nothing but the signature was added, a change is seen, and what does not hold is never handed out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.administration.signing import OpenSigner, open_signer
from preserve.administration.signing.authority import make_test_authority
from preserve.administration.signing.pdf import SignedPaper, sign_paper
from preserve.archival_storage.policy import TimeStamps
from preserve.clock import now
from preserve.errors import MediumProblem, ToolMissing
from preserve.home import Home
from preserve.settings import Settings

MOMENT = now()


@pytest.fixture(scope="module")
def paper() -> bytes:
    return as_pdf("证明", "下", "局", MOMENT, [Section("甲", "乙")])


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSigner]:
    folder = tmp_path_factory.mktemp("pdf")
    signing = make_test_authority(folder / "keys", "局", MOMENT)
    with open_signer(Home(folder, Settings(archive_id="x", institution="局", signing=signing)), MOMENT) as opened:
        yield opened


def sign(paper: bytes, signer: OpenSigner, stamps: TimeStamps | None = None, base: Path = Path()) -> SignedPaper:
    return sign_paper(
        paper, signer, reason="出具证明", institution="局", moment=MOMENT, stamps=stamps or TimeStamps(), base=base
    )


def holds(data: bytes, signer: OpenSigner) -> bool:
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    trust = ValidationContext(trust_roots=[signer.chain[-1]], moment=MOMENT)
    status = validate_pdf_signature(signature, signer_validation_context=trust)
    return bool(status.intact and status.valid)


def test_the_paper_is_in_the_signed_one_byte_for_byte(paper: bytes, signer: OpenSigner) -> None:
    signed = sign(paper, signer)
    assert signed.stamped is None
    assert signed.data.startswith(paper)
    assert holds(signed.data, signer)
    (signature,) = PdfFileReader(io.BytesIO(signed.data)).embedded_signatures
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert signature.sig_object["/Reason"] == "出具证明"
    assert signature.sig_object["/Location"] == "局"


def test_no_byte_is_left_for_others(paper: bytes, signer: OpenSigner) -> None:
    data = sign(paper, signer).data
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    first, before, after, rest = map(int, signature.byte_range)
    assert (first, after + rest) == (0, len(data))
    assert data[before:after].strip(b"<>").decode().lower() == bytes(signature.pkcs7_content).hex()


def test_a_changed_byte_is_seen(paper: bytes, signer: OpenSigner) -> None:
    data = sign(paper, signer).data
    at = data.index("局".encode("utf-16-be")) if "局".encode("utf-16-be") in data else data.index(b"%", 5) + 1
    assert not holds(data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :], signer)


def test_what_is_no_pdf_is_not_signed(signer: OpenSigner) -> None:
    with pytest.raises(ToolMissing) as caught:
        sign(b"no paper", signer)
    assert caught.value.code == "signing.failed"


def test_a_time_server_that_is_not_there_is_told(paper: bytes, signer: OpenSigner, tmp_path: Path) -> None:
    stamps = TimeStamps(server="http://127.0.0.1:9/tsa", roots="roots.pem")
    with pytest.raises(MediumProblem) as caught:
        sign(paper, signer, stamps, tmp_path)
    assert (caught.value.code, caught.value.where) == ("ledger.time-server", stamps.server)
