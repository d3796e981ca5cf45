"""A call that is repeated is one deed: its answer is kept by account and key, and given again for a week.

A network that breaks after the deed leaves the caller without the answer; asking again must not do it again. What was
refused changed nothing, so it is not kept. Answers with a secret in them are not kept either: the key is, so that the
deed is not done twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from preserve.data_management import answers
from preserve.errors import Conflict, Refused
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
    """A key that is under way, whose it is, and the answer where the deed was done before."""

    account: str
    key: str
    before: Answer | None


def begin_once(session: Session, key: str, asked: str) -> Begun:
    """Take a key for what `asked` is the digest of.

    Raises Conflict while the first call with it is under way, or where its answer is not known or not kept; Refused
    where something else was asked with it; NotPermitted for nobody.
    """
    archive = session.archive
    moment = archive.now()
    with archive.catalogue.begin() as connection:
        account = sign_in(connection, session.credentials, moment).account
        answers.drop_answers(connection, moment - KEPT)
        row = answers.read_answer(connection, account, key)
        if row is None:
            answers.add_answer(connection, account, key, asked, moment)
            return Begun(account, key, None)
    if row.asked != asked:
        raise Refused("api.key-of-another", key)
    if row.answer is None:
        raise Conflict("api.key-under-way", key)
    answer = Answer(**json.loads(row.answer))
    if not answer.status:
        raise Conflict("api.answer-not-kept", key)
    return Begun(account, key, answer)


NOT_KEPT = Answer(0, {}, {})
"""In the place of an answer that holds a secret: the deed is done, and who asks again is told so."""


def end_once(session: Session, begun: Begun, answer: Answer | None) -> None:
    """Keep the answer of a deed; None where nothing was done, so that the key is free again."""
    with session.archive.catalogue.begin() as connection:
        if answer is None:
            answers.drop_answer(connection, begun.account, begun.key)
        else:
            answers.set_answer(connection, begun.account, begun.key, json.dumps(asdict(answer), ensure_ascii=False))
