"""Callers of the REST door: who they are is said by a token, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from preserve.services.session import Token
from tests.support.bureau import Bureau

Caller = Callable[..., TestClient]
"""Gives the client of somebody, by what they are, in a language; of nobody without a name."""


def confirmed(client: TestClient, password: str, operation: str, about: str, seen: str = "") -> dict[str, str]:
    """The header that says that the password was given again for one deed."""
    deeds = [{"operation": operation, "about": about, "seen": seen}]
    answer = client.post("/me/confirmations", json={"deeds": deeds, "password": password})
    assert answer.status_code == 200, answer.text
    return {"preserve-confirmation": answer.json()["proofs"][0]}


def bearer(bureau: Bureau, who: str) -> dict[str, str]:
    """The headers by which somebody is known."""
    credentials = bureau.askers[who].credentials
    assert isinstance(credentials, Token)
    return {"authorization": f"Bearer {credentials.text}"}
