"""A call that comes twice with one Idempotency-Key is one deed, over restarts of the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from preserve.services import kept_answers
from preserve.services.kept_answers import NOT_KEPT, Answer
from preserve.services.session import Session


def once(session: Session, key: str, asked: str, deed: Callable[[], Answer], *, secret: bool = False) -> Answer:
    """The answer of the deed, or the one that the same call got before. Raises as `begin_once`, and what the deed does.

    `asked` is the digest of what was asked. What the deed refused changed nothing, so the key is free again then. An
    answer with a secret is given once.
    """
    begun = kept_answers.begin_once(session, key, asked)
    if begun.before is not None:
        return replace(begun.before, headers={**begun.before.headers, "idempotent-replayed": "true"})
    answer: Answer | None = None
    try:
        answer = deed()
        return answer
    finally:
        kept_answers.end_once(session, begun, NOT_KEPT if answer is not None and secret else answer)
