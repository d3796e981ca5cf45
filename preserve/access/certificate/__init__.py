"""The certificate of a delivery (电子档案证明): what was given, where it comes from, and how to check it; signed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Finding, Value
from preserve.access.certificate import anchoring, content, custody
from preserve.access.certificate.words import both
from preserve.access.dip.contents import Given
from preserve.access.requests.model import Request
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import read_case
from preserve.administration import signing
from preserve.administration.signing import OpenSigner, SignerFacts
from preserve.administration.signing.pdf import sign_paper
from preserve.archival_storage.policy import read_audit_profile
from preserve.clock import now
from preserve.data_management import accounts
from preserve.errors import NotPermitted
from preserve.home import Home
from preserve.typesetting import set_pdf
from preserve.typesetting.fonts import present
from storage_adapters.durable import write_file

NAME, CHAIN = "certificate.pdf", "certificate-chain.pem"
_TEMPLATE = Path(__file__).parent / "certificate.typ"


@dataclass(frozen=True, slots=True)
class CertificateMade:
    """The signed certificate: digest of the PDF (SHA-256, hex), its number, who signed; what a person should know."""

    sha256: str
    number: str
    signer: SignerFacts
    stamped: datetime | None
    findings: tuple[Finding, ...] = ()


def check_signer(home: Home) -> SignerFacts:
    """That a certificate can be made, asked before anything is built.

    Raises ToolMissing where no signer is configured or its token or a Chinese font is not there, Refused where its
    password, its rights or its time will not do.
    """
    present()
    return signing.check_signer(home, now())


def put_chain(home: Home, staged: Path) -> None:
    """Write the signer's certificates (PEM) into the package, before its files are listed. Raises as `check_signer`."""
    with signing.open_signer(home, now()) as opened:
        write_file(staged / CHAIN, _as_pem(opened))


def certify(
    home: Home,
    connection: Connection,
    request: Request,
    given: Sequence[Given],
    staged: Path,
    evidence_sha256: str,
    numbers: Sequence[int],
) -> CertificateMade:
    """Write the signed certificate of the package `staged` into it.

    `numbers` are the ledger entries that tell its way, `dip.made` among them, under the newest checkpoint. Raises as
    `check_signer`, NotPermitted without approval (regulation Art. 21, 23), NotIntact where evidence or proof fail,
    MediumProblem where the time-stamp server does not answer; nothing is written then.
    """
    moment = now()
    dip = staged.name
    if request.decision is None or request.decision.outcome != "approved":
        raise NotPermitted("request.approval-missing", request.number)
    anchoring.check_evidence(staged, given, evidence_sha256)
    anchored = anchoring.anchor(connection, home, dip, request, evidence_sha256, numbers)
    objids = dict.fromkeys(file.selected.objid for file in given)
    cases = [read_case(home, connection, objid).description for objid in objids]
    packages = {one.selected.package: one.selected.case_number for one in given}
    steps = custody.trace(connection, home, packages, numbers, len(cases) > 1)
    stamps = read_audit_profile(home.profiles).time_stamps
    with signing.open_signer(home, moment) as opened:
        about = content.Contents(
            home,
            dip,
            request,
            read_requests_profile(home.profiles).of(request.consumer.capacity),
            cases,
            given,
            evidence_sha256,
            steps,
            anchored,
            opened.facts,
            stamps.server,
            _names(connection, request),
            moment,
        )
        paper = _set(content.document(about), anchoring.code_text(dip, evidence_sha256, anchored), moment)
        signed = sign_paper(
            paper,
            opened,
            reason=" ".join(both("title").values()),
            institution=home.settings.institution,
            moment=moment,
            stamps=stamps,
            base=home.path,
        )
    write_file(staged / NAME, signed.data)
    return CertificateMade(
        hashlib.sha256(signed.data).hexdigest(),
        content.number_of(request, dip),
        opened.facts,
        signed.stamped,
        _expiry(home, opened.facts, moment),
    )


def _names(connection: Connection, request: Request) -> dict[str, str]:
    decided = request.decision
    found = {}
    for account in (decided.by, decided.on_behalf_of) if decided else ():
        if (known := accounts.read_account(connection, account)) is not None:
            found[account] = known.person
    return found


def _expiry(home: Home, facts: SignerFacts, moment: datetime) -> tuple[Finding, ...]:
    days = home.settings.signing.warn_days if home.settings.signing else 0
    if not facts.expires_within(days, moment):
        return ()
    values: dict[str, Value] = {"until": facts.until.date().isoformat(), "days": (facts.until - moment).days}
    return (Finding("signing.expires-soon", facts.subject, "warning", values),)


def _as_pem(opened: OpenSigner) -> bytes:
    from asn1crypto import pem

    return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in (opened.certificate, *opened.chain))


def _set(document: dict[str, Any], code: str, moment: datetime) -> bytes:
    """The page as PDF/A-2b. Raises ToolMissing where no Chinese font is installed."""
    import segno

    picture = io.BytesIO()
    segno.make(code, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False)
    return set_pdf(_TEMPLATE, document, moment, pictures={"code.svg": picture.getvalue().decode()})
