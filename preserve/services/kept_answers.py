"""A call that is repeated is one deed: its answer is kept by account and key, and given again for a week.

A network that breaks after the deed leaves the caller without the answer; asking again must not do it again. What was
refused changed nothing, so it is not kept. Answers with a secret in them are not kept either: the key is, so that the
deed is not done twice.

An answer is given again to whoever may do all that the first asker might: a token with narrower scopes, or an account
that lost a role meanwhile, could not have got it. Of one account a profile says how many are kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.people_profile import read_people_profile
from preserve.clock import parse
from preserve.data_management import answers
from preserve.errors import Conflict, NotPermitted, Refused, Throttled
from preserve.services.session import Session, sign_in

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP status, the headers that belong to the deed, and the document."""

    status: int
    headers: Mapping[str, str]
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Begun:
    """A key that is under way, whose it is, what they may do, and the answer where the deed was done before."""

    account: str
    key: str
    duties: tuple[str, ...]
    before: Answer | None


def begin_once(session: Session, key: str, asked: str) -> Begun:
    """Take a key for what `asked` is the digest of.

    Raises Conflict while the first call with it is under way, or where its answer is not known or not kept; Refused
    where something else was asked with it; NotPermitted for nobody, and for who may do less than the first asker;
    Throttled where too many answers of this account are kept.
    """
    archive = session.archive
    moment = archive.now()
    with archive.catalogue.begin() as connection:
        person = sign_in(connection, session.credentials, moment)
        account, duties = person.account, tuple(duty.value for duty in Duty if person.may(duty))
        answers.drop_answers(connection, moment - KEPT)
        row = answers.read_answer(connection, account, key)
        if row is None:
            _require_few(session, connection, account, moment)
            answers.add_answer(connection, account, key, asked, moment)
            return Begun(account, key, duties, None)
    if row.asked != asked:
        raise Refused("api.key-of-another", key)
    if row.answer is None:
        raise Conflict("api.key-under-way", key)
    kept = json.loads(row.answer)
    wanted = kept.pop("duties", None)
    answer = Answer(**kept)
    if not answer.status or wanted is None:
        raise Conflict("api.answer-not-kept", key)
    if not set(wanted) <= set(duties):
        raise NotPermitted("api.answer-of-wider", key)
    return Begun(account, key, duties, answer)


def _require_few(session: Session, connection: Connection, account: str, moment: datetime) -> None:
    """Raises Throttled where as many answers of an account are kept as the profile lets it have."""
    most = read_people_profile(session.home.profiles).token.kept_answers
    count, oldest = answers.kept_of(connection, account)
    if count >= most:
        seconds = max(1, int((parse(oldest) + KEPT - moment).total_seconds()) + 1)
        raise Throttled("api.answers-many", account, most=most, seconds=seconds)


NOT_KEPT = Answer(0, {}, {})
"""In the place of an answer that holds a secret: the deed is done, and who asks again is told so."""


def end_once(session: Session, begun: Begun, answer: Answer | None) -> None:
    """Keep the answer of a deed; None where nothing was done, so that the key is free again."""
    with session.archive.catalogue.begin() as connection:
        if answer is None:
            answers.drop_answer(connection, begun.account, begun.key)
        else:
            kept = json.dumps(asdict(answer) | {"duties": begun.duties}, ensure_ascii=False)
            answers.set_answer(connection, begun.account, begun.key, kept)
