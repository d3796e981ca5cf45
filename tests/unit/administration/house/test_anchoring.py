"""The umbrella ledger: roots of each fonds named once, proofs that hold for strangers, and forgeries that are found."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from preserve.administration.house import anchoring, chain
from preserve.data_management import ledger
from preserve.errors import NotFound, NotIntact
from tests.support.houses import House, make_house
from tests.unit.administration.house.test_founding import KEEPER


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(made: House, tmp_path: Path) -> House:
    shutil.copytree(made.path, tmp_path / "house")
    return House(tmp_path / "house", made.tokens)


def proof_of(house: House, code: str, *numbers: int) -> dict[str, Any]:
    with house.opened() as register:
        proof: dict[str, Any] = json.loads(json.dumps(anchoring.prove(register, code, numbers)))
    return proof


def anchored(house: House) -> list[tuple[str, bool, str]]:
    with house.opened() as register:
        done = anchoring.anchor(register, KEEPER)
    return [(one.code, one.new, one.finding.code if one.finding else "") for one in done]


def test_each_root_is_named_once_and_proofs_hold_for_a_stranger(house: House) -> None:
    with pytest.raises(NotFound, match=r"umbrella\.not-yet"):
        proof_of(house, "culture", 1)
    assert anchored(house) == [("culture", True, ""), ("sport", True, "")]
    assert anchored(house) == [("culture", False, ""), ("sport", False, "")]
    proof = proof_of(house, "culture", 1, 3)
    with house.opened("culture") as own, own.catalogue.read() as connection:
        texts = {entry.number: entry.text for entry in ledger.entries(connection, 1, 3)}
    del texts[2]
    assert chain.check(proof, texts=texts) == (1, 3)
    assert not any(text in json.dumps(proof) for text in texts.values()), "no entry's text is in it"
    assert "sport" not in json.dumps(proof)
    for wrong in ({3: texts[1]}, {2: texts[1]}):
        with pytest.raises(NotIntact):
            chain.check(proof, texts=wrong)
    with pytest.raises(NotIntact, match=r"umbrella\.other-key"):
        chain.check(proof, house_key="ab" * 32)


@pytest.mark.parametrize("field", ["fonds", "checkpoint", "house_checkpoint", "public_key", "house_public_key"])
def test_parts_of_another_proof_do_not_fit(house: House, field: str) -> None:
    anchored(house)
    mine, other = proof_of(house, "culture", 1), proof_of(house, "sport", 1)
    if field.startswith("house"):
        other[field] = other["checkpoint" if field == "house_checkpoint" else "public_key"]
    forged = {**copy.deepcopy(mine), field: other[field]}
    with pytest.raises(NotIntact):
        chain.check(forged)


@pytest.mark.parametrize("change", [{"index": 1}, {"leaf": "00" * 32}, {"path": []}, {"index": -1}, {"leaf": "x"}])
def test_an_altered_entry_does_not_hold(house: House, change: dict[str, Any]) -> None:
    anchored(house)
    proof = proof_of(house, "culture", 1)
    proof["entries"][0] |= change
    with pytest.raises(NotIntact):
        chain.check(proof)
    for broken in ({}, {**proof, "entries": []}, {**proof, "format": "x"}, {**proof, "anchor": None}):
        with pytest.raises(NotIntact):
            chain.check(broken)


@pytest.mark.sqlite  # it takes the catalogue back as a file
def test_a_ledger_taken_back_behind_what_was_named_is_found_and_the_others_go_on(house: House, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    shutil.copytree(house.path / "fonds" / "culture", earlier)
    with house.opened("culture") as own, own.catalogue.begin() as connection:
        ledger.note(own.home, connection, "archive.noted", {})
    anchored(house)
    shutil.rmtree(house.path / "fonds" / "culture")
    earlier.rename(house.path / "fonds" / "culture")
    found = anchored(house)
    assert found[0][:2] == ("culture", False) and found[0][2] == "ledger.contradicts-checkpoint"
    assert found[1] == ("sport", False, "")
    with house.opened() as register, register.catalogue.read() as connection:
        (entry,) = ledger.of_action(connection, anchoring.CONTRADICTED)
        assert entry.subject == "culture" and entry.details["reason"] == "ledger.contradicts-checkpoint"


def test_one_that_is_out_of_reach_is_told_of_and_not_accused(house: House) -> None:
    settings = house.path / "fonds" / "culture" / "preserve.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(f'{before}\n[catalogue]\nurl = "postgresql://nobody@127.0.0.1:1/none"\n', encoding="utf-8")
    with house.opened() as register:
        away, there = anchoring.anchor(register, KEEPER)
        assert away.finding is not None and (away.finding.code, away.finding.severity) == (
            "catalogue.unreachable",
            "warning",
        )
        assert there.new
        with register.catalogue.read() as connection:
            assert not ledger.of_action(connection, anchoring.CONTRADICTED)
    settings.write_text(before, encoding="utf-8")
    assert anchored(house) == [("culture", True, ""), ("sport", False, "")]


def test_an_archive_with_another_key_is_found(house: House, tmp_path: Path) -> None:
    other = make_house(tmp_path / "other")
    shutil.rmtree(house.path / "fonds" / "culture")
    (other.path / "fonds" / "culture").rename(house.path / "fonds" / "culture")
    assert anchored(house)[0] == ("culture", False, "umbrella.other-key")
