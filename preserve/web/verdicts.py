"""The head's verdict on a proceeding that was shown: approved or refused, confirmed for exactly that record."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services.confirm import confirmed
from preserve.web import forms
from preserve.web.asked import Asked


def give_verdict(asked: Asked, kind: str, approve: Callable[..., object], refuse: Callable[..., object]) -> Response:
    """Do what was chosen; `kind` begins the names of both operations. Raises UsageError where nothing was chosen."""
    number, seen, verdict = asked.path["number"], forms.seen(asked), asked.form.get("verdict", "")
    if verdict not in ("approve", "refuse"):
        raise UsageError("web.transfer-no-verdict", number)
    session = confirmed(asked.session, asked.needed("confirm"), (f"{kind}.{verdict}", number, seen))
    deed = approve if verdict == "approve" else refuse
    deed(session, number, reason=asked.form.get("reason", ""), seen=seen)
    return asked.see_other(f"/{kind}s/{number}", "web.transfer-decided")
