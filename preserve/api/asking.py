"""Who asks at this door, and in which language: a bearer token and nothing else; no cookie is looked at."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from preserve.api.problems import refuse
from preserve.messages import LANGUAGES, Language
from preserve.services import people, sessions
from preserve.services.session import Session, Token
from preserve.services.standing import Standing

CONFIRMATION = "Preserve-Confirmation"
_LONGEST = 512
_MOST_PROOFS = 100


def language_of(request: Request, usual: Language) -> Language:
    """The language that the caller likes best of those we speak (RFC 9110 §12.5.4); `usual` where they name none."""
    best, weight = usual, 0.0
    for part in request.headers.get("accept-language", "").lower().split(",")[:20]:
        name, _, parameter = part.strip().partition(";")
        language = next((one for one in LANGUAGES if name == one or name.startswith(f"{one}-")), None)
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if language is not None and quality > weight:
            best, weight = language, quality
    return best


def token_of(request: Request) -> str:
    """The token of the one Authorization header, empty where there is none. Raises Refusal for another scheme."""
    given = request.headers.getlist("authorization")
    if not given:
        return ""
    scheme, _, token = given[0].strip().partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or len(token) > _LONGEST:
        raise refuse(401, "api.bearer-only")
    return token.strip()


def session_of(request: Request, standing: Standing) -> Session:
    """The dealings of whoever shows this token; who shows none is nobody.

    A decision wants the password again: proofs that it was given come in headers of their own.
    """
    token = token_of(request)
    session = standing.session(Token(token) if token else None, language_of(request, standing.language))
    proofs = tuple(request.headers.getlist(CONFIRMATION)[:_MOST_PROOFS])
    return replace(session, again=True, proofs=proofs, address=request.client.host if request.client else "")


def known_session(request: Request, standing: Standing, *, asks_by_itself: bool) -> Session:
    """The same of somebody who is recognised, also where the operation asks nobody: nothing is told to strangers."""
    session = session_of(request, standing)
    if session.credentials is None:
        raise refuse(401, "people.nobody")
    sessions.note_use(session)
    if not asks_by_itself:
        people.who_am_i(session)
    return session
