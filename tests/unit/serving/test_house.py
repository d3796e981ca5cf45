"""The door of a house: one fonds whose database does not answer keeps none of the others waiting."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from preserve.administration.house.founding import First, add_fonds, found_house
from preserve.administration.people import Person
from preserve.data_management.archive import open_archive
from preserve.data_management.fonds import FondsRow
from preserve.home import acting_person
from preserve.houses import home_in_house
from preserve.services.standing import Standing
from preserve.serving.house import HouseDoor
from tests.support.houses import BODIES


def _make(standing: Standing, hosts: Sequence[str]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["fonds"].encode()})

    return app


def _asked(door: HouseDoor, code: str) -> int:
    """The status of the answer to a program that asks this fonds."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": "GET", "path": f"/f/{code}/api/x", "headers": [(b"host", b"localhost")]}
    asyncio.run(door(scope, receive, send))
    return int(sent[0]["status"])


def test_who_asks_another_fonds_does_not_wait(tmp_path: Path) -> None:
    home = found_house(tmp_path / "house", "临江市档案馆", "zh")
    keeper = Person(acting_person(), acting_person(), frozenset(), founder=True)
    register = open_archive(home.path)
    for code, name in BODIES.items():
        add_fonds(register, FondsRow(code, "", name, "", "", ""), First("security", "沈安全"), keeper)
    register.close()
    standing = Standing(home.path)
    door = HouseDoor(tmp_path / "house", standing, _make)
    assert _asked(door, "culture") == 200
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings = home_in_house(tmp_path / "house", "sport") / "preserve.toml"
        url = f"postgresql://nobody@127.0.0.1:{deaf.getsockname()[1]}/none"
        settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[catalogue]\nurl = "{url}"\n', encoding="utf-8")
        answers: list[int] = []
        waiting = threading.Thread(target=lambda: answers.append(_asked(door, "sport")))
        waiting.start()
        talk, _ = deaf.accept()  # it is being opened, and its database says nothing
        assert _asked(door, "culture") == 200
        assert not answers
        talk.close()
    waiting.join()
    assert answers == [503]
    door.close()
    standing.close()
