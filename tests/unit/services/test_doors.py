"""The doors: each command leads to one operation, and each operation can be reached by a command, a page or over REST."""

from __future__ import annotations

import pytest

import preserve.services.rooms  # noqa: F401  declares every operation
from preserve.api.table import OFFERED
from preserve.services.documents import schema_of
from preserve.services.operation import OPERATIONS
from preserve.web.app import all_pages
from tools.doors import SERVICES, Command, commands

BY_NAME = {command.name: command for command in commands() if command.name not in SERVICES}
IN_PAGES = {name for page in all_pages() for name in page.operations}

WITHOUT_DOOR: dict[str, str] = {"user.names": "the frame of every page asks it, for the names beside accounts"}
"""Operations that no command calls, and why."""

ONE_OR_THE_OTHER: dict[str, set[str]] = {
    "audit drill": {"audit.drill", "job.ask"},
    "audit run": {"audit.run", "job.ask"},
    "describe": {"deposits.describe", "deposits.describe_cases", "deposits.describe_export", "deposits.template"},
    "import show": {"import.show", "import.workbook"},
    "inbox": {"deposits.waiting", "inbox.watch"},
    "look": {"case.contents", "case.view"},
    "repair": {"repair.release", "repair.run"},
    "restore": {"copies.hand_out", "copies.restore", "copies.restore_archive"},
    "retention changes": {"retention.changes", "retention.put_in_force"},
    "show": {"case.history", "case.show"},
}
"""Commands whose options say which operation is meant."""


@pytest.mark.parametrize("name", BY_NAME)
def test_a_command_calls_one_operation(name: str) -> None:
    command: Command = BY_NAME[name]
    operations = set(command.operations())
    assert operations == ONE_OR_THE_OTHER.get(name, operations)
    assert len(operations) == 1 or name in ONE_OR_THE_OTHER, operations


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_has_a_door(name: str) -> None:
    doors = [command.name for command in commands() if name in command.operations()]
    doors += ["a page"] if name in IN_PAGES else []
    assert bool(doors) != bool(WITHOUT_DOOR.get(name)) or name in OFFERED, doors


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_document_has_a_schema(name: str) -> None:
    schema = schema_of(OPERATIONS[name])
    assert next(iter(schema["properties"])) == "ok" and schema["required"][0] == "ok"
    assert schema["title"] == name
