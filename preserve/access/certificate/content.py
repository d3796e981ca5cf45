"""What stands on the certificate, as data for the template; names and titles never become part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from preserve.access.certificate.anchoring import Anchored
from preserve.access.certificate.custody import Step
from preserve.access.certificate.words import Pair, both, grouped, local
from preserve.access.dip.contents import Given
from preserve.access.redaction.log import clock
from preserve.access.requests.model import Request
from preserve.access.requests.profile import Capacity
from preserve.administration.signing import SignerFacts
from preserve.description.schema import CaseDescription
from preserve.home import Home
from preserve.messages import bytes_for_people


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a certificate is about. `names` are the people behind the accounts that decided."""

    home: Home
    dip: str
    request: Request
    capacity: Capacity
    cases: Sequence[CaseDescription]
    given: Sequence[Given]
    evidence_sha256: str
    steps: Sequence[Step]
    anchored: Anchored
    signer: SignerFacts
    stamped_by: str
    names: Mapping[str, str]
    moment: datetime


def number_of(request: Request, dip: str) -> str:
    """The certificate's number: the request's, and the end of the package's identifier."""
    return f"{request.number}-{dip[-8:].upper()}"


def document(about: Contents) -> dict[str, Any]:
    """Everything the template shows."""
    home, anchored = about.home, about.anchored
    made = anchored.checkpoint
    several = len(about.cases) > 1
    derived = any(one.event or one.representation != "original" for one in about.given)
    statement = [
        both("statement", institution=home.settings.institution, count=len(about.given), number=about.request.number),
        both("statement-derived" if derived else "statement-originals"),
        both("kept"),
        both("limits"),
    ]
    return {
        "title": both("title"),
        "number": number_of(about.request, about.dip),
        "page": both("page"),
        "institution": home.settings.institution,
        "test": both("test") if about.signer.test else None,
        "facts": _facts(about),
        "code": both("code"),
        "statement-title": both("statement-title"),
        "statement": statement,
        "files-title": both("files-title", count=len(about.given)),
        "files": [_file(about.dip, one, several) for one in about.given],
        "evidence": [
            _fact("evidence", grouped(about.evidence_sha256), mono=True),
            _fact("evidence-means", both("evidence-words")),
        ],
        "custody-title": both("custody-title"),
        "custody-words": [both("custody-words")],
        "custody-heads": [both(f"head-{name}") for name in ("time", "event", "who", "how", "entry")],
        "custody": [step.row(home) for step in about.steps],
        "ledger-title": both("ledger-title"),
        "ledger-words": [both("ledger-words")],
        "ledger": [
            _fact("entry", str(anchored.number)),
            _fact("leaf", grouped(anchored.leaf.hex()), mono=True),
            _fact("size", str(made.size)),
            _fact("root", grouped(made.root.hex()), mono=True),
            _fact("checkpoint-time", local(home, made.made)),
            # By fours, as the verifiers show it: it is the one that people are asked to compare.
            _fact("fingerprint", grouped(anchored.fingerprint, 4), mono=True),
        ],
        "checkpoint-label": both("checkpoint"),
        "checkpoint": made.text().strip("\n").split("\n"),
        "path-label": both("path"),
        "path": [grouped(one.hex()) for one in anchored.path] or ["—"],
        "check-title": both("check-title"),
        "check": [both(f"check-{step}") for step in range(1, 6)],
        "signer-title": both("signer-title"),
        "signer": _signer(about),
    }


def _fact(name: str, value: str | Pair, *, mono: bool = False) -> dict[str, Any]:
    return {"label": both(f"fact-{name}"), "value": value, "mono": mono}


def _facts(about: Contents) -> list[dict[str, Any]]:
    request, home = about.request, about.home
    consumer = request.consumer
    who = consumer.name + (f"（{consumer.organisation}）" if consumer.organisation else "")
    capacity = Pair(zh=about.capacity.label.zh, en=about.capacity.label.en)
    rows = [
        _fact("number", number_of(request, about.dip)),
        _fact("issued", local(home, about.moment)),
        _fact("request", request.number),
        _fact("package", about.dip),
        _fact("receiver", who),
        _fact("capacity", capacity),
    ]
    if consumer.represents:
        rows.append(_fact("represents", consumer.represents))
    rows.append(_fact("purpose", request.purpose))
    if request.decision is not None:
        decided = request.decision
        by = about.names.get(decided.by, decided.by)
        when: str | Pair = f"{local(home, decided.when)}　{by}"
        if decided.on_behalf_of:
            head = about.names.get(decided.on_behalf_of, decided.on_behalf_of)
            when = both("approved-for", time=local(home, decided.when), by=by, head=head)
        rows.append(_fact("approved", when))
        article = decided.article
        basis = both("basis-article", article=article) if article.isdigit() else article
        rows.append(_fact("basis", basis))
    rows += [_fact("case", f"{case.case_number}　{case.title}") for case in about.cases]
    return rows


def _file(dip: str, given: Given, several: bool) -> dict[str, Any]:
    title = (given.about.title or given.about.kind) if given.about else given.selected.shown
    if several:
        title = f"{title}　{given.selected.case_number}"
    notes = []
    if given.event:
        notes.append(both("note-derived", how=given.made_by, source=given.selected.shown))
    if given.selected.begin is not None and given.selected.end is not None:
        notes.append(both("note-range", begin=clock(given.selected.begin), end=clock(given.selected.end)))
    digests = [("SHA-256", given.digests["sha256"]), ("SM3", given.digests["sm3"])]
    if given.event or given.representation != "original":
        digests.append((" ".join(both("source").values()), given.selected.original_sha256))
    return {
        "number": str(given.number),
        "title": title,
        "path": f"data/{dip}/{given.path}",
        "form": both(f"form-{given.representation}"),
        "size": f"{given.size:,} B" + (f" ({bytes_for_people(given.size)})" if given.size >= 1000 else ""),
        "digests": [{"name": name, "value": grouped(digest)} for name, digest in digests],
        "notes": notes,
    }


def _signer(about: Contents) -> list[dict[str, Any]]:
    signer, home = about.signer, about.home
    return [
        _fact("signed-by", signer.subject),
        _fact("issued-by", signer.issuer),
        _fact("serial", grouped(signer.serial), mono=True),
        _fact("certificate-digest", grouped(signer.fingerprint), mono=True),
        _fact("valid", f"{local(home, signer.since)[:10]} – {local(home, signer.until)[:10]}"),
        _fact("time-stamp", both("stamped", server=about.stamped_by) if about.stamped_by else both("not-stamped")),
    ]
