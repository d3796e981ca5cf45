"""The HTTP status of a failure: the one table that pages and REST answer by (RFC 9110, RFC 6585, RFC 4918)."""

from __future__ import annotations

from preserve.errors import (
    Busy,
    Changed,
    Conflict,
    MediumProblem,
    NotFound,
    NotIntact,
    NotPermitted,
    Refused,
    Stopped,
    Throttled,
    ToolMissing,
    UsageError,
)
from storage_adapters.errors import MediumAbsent, MediumFailing, MediumFull, ReadOnly

NOBODY = frozenset(
    {
        "people.key-wanted",
        "people.login-over",
        "people.nobody",
        "people.unknown",
        "people.token-empty",
        "people.token-unknown",
        "people.suspended",
        "people.session-ended",
        "people.session-unsafe",
        "people.password-wrong",
        "people.provider-code-wrong",
        "people.provider-denied",
        "people.provider-no-entry",
        "people.provider-stale",
        "people.provider-wrong",
    }
)
"""Codes of NotPermitted that say that nobody was recognised: 401, and a page asks for a login."""

NOT_AS_SENT = frozenset({"deposit.checksum"})
"""Codes of NotIntact that say that bytes are not those that were sent: 422, and nothing that is kept is touched."""

_FULL = frozenset({"catalogue.medium", "storage.full", "storage.medium-full", "ingest.no-space"})

_STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (UsageError, 400),
    (NotFound, 404),
    (Changed, 412),
    (Conflict, 409),
    (Refused, 422),
    (NotPermitted, 403),
    (ToolMissing, 501),
    (Stopped, 503),
    (Throttled, 429),
    (Busy, 503),
    (MediumFull, 507),
    (MediumProblem, 503),
    (MediumAbsent, 503),
    (MediumFailing, 503),
    (ReadOnly, 503),
    (NotIntact, 500),
)


def http_status(error: BaseException) -> int:
    """The status that answers an error of ours or of the libraries; 500 for a defect."""
    code = getattr(error, "code", "")
    if isinstance(error, NotPermitted) and code in NOBODY:
        return 401
    if isinstance(error, NotIntact) and code in NOT_AS_SENT:
        return 422
    if isinstance(error, MediumProblem) and code in _FULL:
        return 507
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def nobody_was_recognised(error: BaseException) -> bool:
    """Whether an error says that whoever asked showed nothing that holds."""
    return http_status(error) == 401


def retry_after(error: BaseException) -> int:
    """After how many seconds it may be asked again; 0 where nothing is known of that."""
    if isinstance(error, Throttled):
        return int(error.values.get("seconds", 0))
    return 2 if http_status(error) == 503 else 0
