"""Whose account is whose: told to whoever is somebody."""

from __future__ import annotations

import pytest

from preserve.errors import NotPermitted
from preserve.services.names import names
from tests.support.bureau import Bureau


def test_every_account_has_its_person(bureau: Bureau) -> None:
    persons = names(bureau.session(bureau.askers["depositor"])).persons
    assert bureau.askers["head"].account in persons and bureau.askers["auditor"].account in persons
    assert all(persons.values())


def test_nobody_is_told_no_name(bureau: Bureau) -> None:
    with pytest.raises(NotPermitted):
        names(bureau.session(bureau.askers["nobody"]))
