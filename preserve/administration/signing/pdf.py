"""Signs a PDF (PAdES) and reads the signature back before anybody gets it; PDF/A stays PDF/A."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.administration.signing import OpenSigner
from preserve.archival_storage.policy import TimeStamps
from preserve.data_management.time_stamps import ask
from preserve.errors import MediumProblem, NotIntact, ToolMissing

if TYPE_CHECKING:
    from pyhanko.sign.timestamps import TimeStamper
    from pyhanko_certvalidator import ValidationContext

_FIELD = "Signature"
_TRIES = 16  # signatures of elliptic curves and time stamps vary in length by a byte or two


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """The signed bytes, and when a time-stamp server saw the signature, where one did."""

    data: bytes
    stamped: datetime | None


def sign_paper(
    paper: bytes, opened: OpenSigner, *, reason: str, institution: str, moment: datetime, stamps: TimeStamps, base: Path
) -> SignedPaper:
    """Sign a whole PDF so that nothing may be added to it (DocMDP level 1, ISO 32000-1 §12.8.2.2).

    The signature is invisible: a visible one would bring fonts and colours of its own into a PDF/A. `stamps.roots` is
    relative to `base`. Raises MediumProblem where the time-stamp server does not answer, NotIntact where what was
    signed does not validate, ToolMissing where the token failed.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.timestamps import TimestampRequestError

    metadata = PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
        location=institution,
        name=opened.facts.subject,
    )
    signer = PdfSigner(metadata, opened.signer, timestamper=_stamper(stamps))

    def once(room: int | None) -> bytes:
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(paper)), bytes_reserved=room).getvalue())

    try:
        data = once(None)
        # Room that the signature leaves over is not covered by it: it is signed again into exactly its own. ECDSA
        # signatures and time stamps are not always equally long, so that it takes some tries.
        room, _ = _room(data)
        for _ in range(_TRIES):
            try:
                data = once(room)
            except SigningError:
                room += 2  # it came out longer this time
                continue
            needed, had = _room(data)
            if needed == had:
                break
    except (TimestampRequestError, OSError) as error:
        raise MediumProblem("ledger.time-server", stamps.server, reason=_root_cause(error)) from error
    except (SigningError, PdfError) as error:
        raise ToolMissing("signing.failed", opened.facts.subject, reason=_root_cause(error)) from error
    return SignedPaper(data, _read_back(data, opened, moment, stamps, base))


def _room(data: bytes) -> tuple[int, int]:
    """How many hexadecimal digits the signature takes, and how many there is room for."""
    from asn1crypto import parser
    from pyhanko.pdf_utils.reader import PdfFileReader

    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    contents = bytes(signature.pkcs7_content)
    return 2 * parser.peek(contents), 2 * len(contents)


def _root_cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(filter(None, [type(error).__name__, str(error)]))


def _stamper(stamps: TimeStamps) -> TimeStamper | None:
    if not stamps.server:
        return None
    from asn1crypto.tsp import TimeStampReq, TimeStampResp
    from pyhanko.sign.timestamps import TimeStamper

    class Asking(TimeStamper):
        """Asks as the ledger's checkpoints are stamped."""

        async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
            return TimeStampResp.load(ask(stamps.server, req.dump()))

    return Asking()  # type: ignore[no-untyped-call]


def _read_back(data: bytes, opened: OpenSigner, moment: datetime, stamps: TimeStamps, base: Path) -> datetime | None:
    """Validate what was just signed as a stranger would. Raises NotIntact."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    top = opened.chain[-1] if opened.chain else opened.certificate
    # Only that the paper is whole and signed by this key is asked here; whether courts trust the issuer is theirs.
    trust = ValidationContext(trust_roots=[top], other_certs=list(opened.chain), moment=moment)
    stamp_trust = _stamp_trust(stamps, base)
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    status = validate_pdf_signature(signature, signer_validation_context=trust, ts_validation_context=stamp_trust)
    whole = signature.coverage is None or signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole):
        raise NotIntact("signing.not-valid", opened.facts.subject, reason=status.summary())
    if not stamps.server:
        return None
    stamped = status.timestamp_validity
    if stamped is None or not (stamped.valid and stamped.trusted):
        reason = stamped.summary() if stamped else "no token"
        raise NotIntact("ledger.time-stamp-bad", stamps.server, reason=reason)
    return stamped.timestamp


def _stamp_trust(stamps: TimeStamps, base: Path) -> ValidationContext | None:
    from asn1crypto import pem
    from asn1crypto.x509 import Certificate
    from pyhanko_certvalidator import ValidationContext

    if not stamps.server:
        return None
    path = base / stamps.roots
    try:
        data = path.read_bytes()
        roots = [Certificate.load(der) for _, _, der in pem.unarmor(data, multiple=True)]
    except (OSError, ValueError) as error:
        raise ToolMissing("signing.file-unreadable", str(path), reason=str(error)) from error
    return ValidationContext(trust_roots=roots)
