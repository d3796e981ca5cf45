"""A house by commands: options that lead to one fonds, and what somebody of one tries on another."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.houses import BODIES, House, make_house, number_in
from tests.support.program import PROGRAM
from tests.support.started import start

pytestmark = pytest.mark.xdist_group("house-commands")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


def run(*arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
    """A command with nothing of an archive in its environment but a token."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("PRESERVE_HOME", None)
    if token:
        environment["PRESERVE_TOKEN"] = token
    process = start(PROGRAM, ["--lang", "en", *arguments], environment, None)
    out, error = process.communicate(timeout=240)
    return subprocess.CompletedProcess(arguments, process.returncode or 0, out, error)


def in_house(house: House, code: str, *arguments: str, by: str = "", account: str = "wu") -> tuple[int, str]:
    """A command in a fonds of the house, as that account of fonds `by`; with no account as who runs the tests."""
    fonds = ["--fonds", code] if code else []
    token = house.tokens[by][account] if account else ""
    done = run("--house", str(house.path), *fonds, *arguments, token=token)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_each_fonds_is_reached_by_its_code(house: House) -> None:
    for code in BODIES:
        status, said = in_house(house, code, "--json", "list", by=code)
        assert status == 0 and [case["case_number"] for case in json.loads(said)["cases"]] == [number_in(code)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", number_in("sport")),
        ("search", "测试"),
        ("look", number_in("sport")),
        ("copies",),
        ("media", "list"),
        ("audit", "run"),
        ("ledger", "verify"),
        ("request", "open", "--capacity", "internal", "--name", "x", "--case", number_in("sport"), "--purpose", "x"),
        ("fonds", "list"),
        ("user", "list"),
        ("job", "list"),
        ("transfer", "list"),
        ("disposal", "list"),
        ("catalogue", "rebuild"),
    ],
)
def test_somebody_of_one_fonds_is_refused_everything_of_the_other(house: House, arguments: tuple[str, ...]) -> None:
    people = (("culture", "wu"), ("", "song")) if arguments == ("list",) else (("culture", "wu"),)
    for by, account in people:
        status, said = in_house(house, "sport", *arguments, by=by, account=account)
        assert status == 6, (by, said)
        assert "aip-" not in said and "〔2026〕" not in said.replace(number_in("sport"), "")


def test_who_keeps_the_house_is_refused_too(house: House) -> None:
    for arguments in (("list",), ("ledger", "verify"), ("user", "list")):
        assert in_house(house, "sport", *arguments, account="")[0] == 6


@pytest.mark.parametrize(
    "options",
    [
        ("--fonds", "sport"),
        ("--house", "HOUSE", "--home", "HOUSE/register"),
        ("--house", "HOUSE", "--fonds", "nobody"),
        ("--house", "HOUSE", "--fonds", "../register"),
        ("--house", "HOUSE", "--fonds", "../../elsewhere"),
        ("--house", "HOUSE/register"),
        ("--house", "HOUSE/nowhere", "--fonds", "sport"),
    ],
)
def test_options_that_lead_nowhere_are_wrong_usage(house: House, options: tuple[str, ...]) -> None:
    done = run(*(option.replace("HOUSE", str(house.path)) for option in options), "list")
    assert done.returncode == 2, done.stderr


def test_a_medium_of_one_fonds_is_no_medium_of_another(house: House, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    status, said = in_house(house, "culture", "media", "add", "directory", str(drive), "--label", "D1", by="culture")
    assert status == 0, said
    before = sorted((path, path.stat().st_mtime_ns) for path in drive.rglob("*"))
    status, said = in_house(house, "sport", "media", "add", "directory", str(drive), "--label", "D1", by="sport")
    assert status != 0 and number_in("culture") not in said
    status, said = in_house(house, "sport", "restore", number_in("culture"), "--from", str(drive), by="sport")
    assert status != 0
    assert sorted((path, path.stat().st_mtime_ns) for path in drive.rglob("*")) == before


def test_a_house_by_commands_from_the_first_day(tmp_path: Path) -> None:
    house = str(tmp_path / "house")
    assert run("house", "init", house, "--institution", "市档案馆").returncode == 0
    added = run("--house", house, "house", "add", "culture", "文化局", "--account", "shen", "--person", "沈某")
    assert added.returncode == 0 and "first password" in added.stderr, added.stderr
    for arguments, status in (
        (("house", "add", "culture", "文化局", "--account", "shen", "--person", "沈某"), 3),
        (("house", "add", "register", "名册", "--account", "shen", "--person", "沈某"), 3),
        (("house", "number", "culture", "J019", "--paper", "馆函〔2026〕3号"), 0),
        (("house", "number", "culture", "J020", "--paper", "馆函〔2026〕4号"), 3),
        (("house", "limit", "culture", "1000000", "--reason", "试用"), 0),
        (("house", "anchor"), 0),
        (("house", "prove", "culture", "1", "--target", str(tmp_path / "proof.json")), 0),
        (("house", "close", "culture", "--until", "2026-04-30", "--reason", "撤销"), 0),
        (("ledger", "verify"), 0),
    ):
        done = run("--house", house, *arguments)
        assert done.returncode == status, (arguments, done.stderr)
    assert run("house", "check", str(tmp_path / "proof.json")).returncode == 0
    seen = json.loads(run("--json", "--house", house, "house", "overview").stdout)
    (row,) = seen["fonds"]
    assert (row["number"], row["quota"], row["until"], row["counts"]["cases"]) == ("J019", 1_000_000, "2026-04-30", 0)
