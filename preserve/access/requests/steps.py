"""The steps of a request after it was entered: examined, decided, withdrawn, delivered, acknowledged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from metadata.findings import Finding
from metadata.identity import meant
from preserve.access.dip import handing
from preserve.access.redaction.checking import read_checked
from preserve.access.redaction.drafts import close_draft
from preserve.access.redaction.naming import names_given
from preserve.access.redaction.plan import read_plan
from preserve.access.requests.model import (
    Acknowledgement,
    Concern,
    Decision,
    Delivery,
    Examination,
    Request,
    Selected,
    Withdrawal,
)
from preserve.access.requests.procedure import REQUESTS, index_details
from preserve.access.requests.profile import read_requests_profile
from preserve.access.requests.selecting import (
    HeldCase,
    find_concerns,
    inner_concerns,
    read_case,
    resolve,
    split_volumes,
)
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.proceedings.records import keep_staged, staged_papers
from preserve.clock import stamp
from preserve.errors import Conflict, NotPermitted, Refused, UsageError
from preserve.messages import say


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an examiner proposes.

    `left_out` are names of files, `plan` is the redaction plan, and `answered` the reason why somebody is concerned
    although no party has that name; `seen` is the digest of the record that the examiner saw. `draft` is the revision
    of the redactions that were drawn: they become the plan.
    """

    opinion: Literal["grant", "refuse"] = "grant"
    note: str = ""
    left_out: Collection[str] = ()
    plan: Path | None = None
    answered: str = ""
    seen: str = ""
    draft: int | None = None


def examine(actor: Actor, number: str, opinion: Opinion) -> Request:
    """Say what is to be given, what stands against it, and what is to be taken out of it.

    Raises Refused with every mistake in the redaction plan, and where a clip ends after its recording.
    """
    home = actor.home
    if opinion.draft is not None:
        REQUESTS.folder_of(home, number)  # a number is safe as a name
        opinion = replace(opinion, plan=close_draft(home, number, opinion.draft))
    with actor.catalogue.read() as connection:  # it looks into the files: nobody else should wait for that
        request, _, selection, _ = _asked_for(connection, actor, number, opinion)
        looked_at = _given(selection, opinion.left_out)[0]
        redacted = read_checked(home, connection, looked_at, opinion.plan)
    moment = actor.now()
    plans = [("redaction-plan", opinion.plan)] if opinion.plan else []
    with staged_papers(home.store, plans) as papers, actor.catalogue.begin() as connection:
        request, held, selection, inner = _asked_for(connection, actor, number, opinion)
        given, left_out = _given(selection, opinion.left_out)
        if given != looked_at:
            raise Conflict("request.busy", number)
        names = names_given(home, opinion.plan, given)
        chosen = tuple(
            file.model_copy(update={"redacted": file.path in redacted, "given_as": names.get(file.path, "")})
            for file in given
        )
        concerns = list(inner_concerns(inner, [one.objid for one in request.wanted if one.form == "package"]))
        if opinion.opinion == "grant" and not chosen:
            raise Refused("request.nothing-left", number, findings=_as_findings(concerns))
        profile = read_requests_profile(home.profiles)
        concerns += find_concerns(
            request.consumer,
            profile.of(request.consumer.capacity),
            list(held.values()),
            selection,
            redacted,
            left_out,
            profile.not_evidence,
        )
        folder = REQUESTS.folder_of(home, number)
        examination = Examination(
            by=actor.account,
            when=stamp(moment),
            opinion=opinion.opinion,
            note=opinion.note.strip(),
            concerns=tuple(_answered(concern, opinion.answered) for concern in concerns),
            selection=chosen,
            left_out=tuple(dict.fromkeys([*left_out, *(file.path for file in inner)])),
            redaction=next((keep_staged(folder, paper) for paper in papers), None),
        )
        return _step(connection, actor, request, "examined", _machines_part(opinion.plan), examination=examination)


def _machines_part(plan: Path | None) -> dict[str, int]:
    """How many redactions a machine had drafted, and how many of these were moved; nothing where it drafted none."""
    drafted = [one for one in (read_plan(plan) if plan else ()) if one.found]
    return {"machine_drafted": len(drafted), "machine_moved": sum(one.changed for one in drafted)} if drafted else {}


def _given(selection: Sequence[Selected], left_out: Collection[str]) -> tuple[list[Selected], tuple[str, ...]]:
    """What is given of the selection, and the names of what is left out, as the selection has them."""
    paths = [file.path for file in selection]
    names = tuple(dict.fromkeys(name for asked in left_out if (name := meant(asked, paths)) is not None))
    return [file for file in selection if file.path not in names], names


def _as_findings(concerns: Sequence[Concern]) -> list[Finding]:
    """Why nothing is left, to be shown."""
    return [Finding(one.code, one.object, "refuse", {"object": one.object, **one.values}) for one in concerns]


def _answered(concern: Concern, answer: str) -> Concern:
    """That nobody of that name is a party is answered by the examiner's reason, where there is one."""
    if concern.code != "request.not-concerned" or not answer:
        return concern
    return concern.model_copy(update={"solved": "answered", "values": {**concern.values, "answer": answer}})


def _asked_for(
    connection: Connection, actor: Actor, number: str, opinion: Opinion
) -> tuple[Request, dict[str, HeldCase], list[Selected], list[Selected]]:
    """A request that this person may examine now, its cases, the files it comes down to, each once; and those of the
    internal volume that are not for who asks."""
    home = actor.home
    request = REQUESTS.take(connection, home, actor.person, number, "examined", opinion.seen).record
    held = {objid: read_case(home, connection, objid) for objid in request.cases}
    profile = read_requests_profile(home.profiles)
    apart = profile.not_evidence
    files = (file for wanted in request.wanted for file in resolve(connection, wanted, held[wanted.objid], apart))
    selection = list(dict.fromkeys(files))
    known = {file.path for file in selection}
    for name in opinion.left_out:
        if meant(name, known) is None:
            raise Refused("request.object-not-asked", name, number=number)
    given, inner = split_volumes(profile.of(request.consumer.capacity), held, selection)
    return request, held, given, inner


def decide(
    actor: Actor, number: str, *, approve: bool, article: str = "21", reason: str = "", seen: str = ""
) -> Request:
    """The head, or whoever decides in the head's place, approves or refuses (regulation Art. 21) what they saw.

    Raises Refused where something still stands against it, NotPermitted for a person who may not.
    """
    state: Literal["approved", "refused"] = "approved" if approve else "refused"
    if not approve and not (article.strip() and reason.strip()):
        raise UsageError("request.refusal-reason", number)
    with actor.catalogue.begin() as connection:
        taking = REQUESTS.take(connection, actor.home, actor.person, number, state, seen)
        if approve:
            check_open_concerns(taking.record)
        decision = Decision(
            by=actor.account,
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            when=stamp(actor.now()),
            outcome=state,
            article=article.strip() or "21",
            reason=reason.strip(),
        )
        details = {
            "article": decision.article,
            "on_behalf_of": decision.on_behalf_of,
            "delegation": decision.delegation,
        }
        return _step(connection, actor, taking.record, state, details, decision=decision)


def check_open_concerns(request: Request) -> None:
    """Raises Refused where a request cannot be approved as it was examined."""
    examination = request.examination
    if examination is None or not examination.selection:
        raise Refused("request.nothing-left", request.number)
    if examination.opinion == "refuse":
        raise Refused("request.against-opinion", request.number)
    left = [concern for concern in examination.concerns if not concern.solved]
    if left:
        first = left[0]
        raise Refused(
            "request.concerns-open",
            request.number,
            count=len(left),
            first=say(first.code, **{"object": first.object, **first.values}),
        )


def withdraw(actor: Actor, number: str, *, reason: str, seen: str = "") -> Request:
    """Take a request back before anything was delivered: whoever entered it, or an archivist in their place."""
    if not reason.strip():
        raise UsageError("request.withdrawal-reason", number)
    with REQUESTS.claimed(actor.home, number, "request.busy"), actor.catalogue.begin() as connection:
        request = REQUESTS.take(connection, actor.home, actor.person, number, "withdrawn", seen).record
        if request.opened_by != actor.account and Role.ARCHIVIST not in actor.person.roles:
            raise NotPermitted("request.withdrawn-by-another", number, account=actor.account)
        handing.take_back(actor.home, number)  # of a delivery that was killed
        withdrawal = Withdrawal(by=actor.account, when=stamp(actor.now()), reason=reason.strip())
        return _step(connection, actor, request, "withdrawn", withdrawal=withdrawal)


def note_delivery(connection: Connection, actor: Actor, request: Request, delivery: Delivery) -> Request:
    """Write down what was delivered, in the transaction in which it is handed over."""
    details = {"dip": delivery.dip, "evidence_sha256": delivery.evidence_sha256}
    return _step(connection, actor, request, "delivered", details, delivery=delivery)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who received a delivery; `document` is the signed receipt, `outcome` what came of it (利用效果).

    `seen` is the digest of the record that was seen.
    """

    receiver: str
    document: Path | None = None
    carrier_returned: bool = False
    outcome: str = ""
    seen: str = ""


def acknowledge(actor: Actor, number: str, receipt: Receipt) -> Request:
    """Write down who received it, with the signed receipt, and what came of it."""
    if not receipt.receiver.strip():
        raise UsageError("request.receiver-missing", number)
    documents = [("receipt", receipt.document)] if receipt.document else []
    with staged_papers(actor.home.store, documents) as papers, actor.catalogue.begin() as connection:
        request = REQUESTS.take(connection, actor.home, actor.person, number, "returned", receipt.seen).record
        folder = REQUESTS.folder_of(actor.home, number)
        acknowledgement = Acknowledgement(
            by=actor.account,
            when=stamp(actor.now()),
            receiver=receipt.receiver.strip(),
            receipt=next((keep_staged(folder, paper) for paper in papers), None),
            carrier_returned=receipt.carrier_returned,
            outcome=receipt.outcome.strip(),
        )
        return _step(connection, actor, request, "returned", acknowledgement=acknowledgement)


def _step(
    connection: Connection,
    actor: Actor,
    request: Request,
    step: str,
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Request:
    return REQUESTS.go_on(
        connection,
        actor.home,
        request,
        step,
        actor=actor.account,
        moment=actor.now(),
        details={**index_details(request), **(details or {})},
        **changes,
    )
