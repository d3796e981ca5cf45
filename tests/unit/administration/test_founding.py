"""An archive is founded whole or not at all; its ledger begins with its founding, its key and its store."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import click
import pytest

from preserve.administration.founding import Extras, Founded, Plan, found, lay_out
from preserve.cli.founding import init
from preserve.data_management import checkpoints, ledger, successors, tables
from preserve.data_management.database import open_catalogue
from preserve.errors import Conflict, PreserveError
from preserve.home import acting_person, open_home
from preserve.settings import ObjectStore
from storage_adapters.directory import MARKER
from storage_adapters.errors import MediumAbsent
from tests.support import postgresql
from tests.support.program import Archive as Program

NAME = 'The "Bureau" of \\ 临江市'


def archive(path: Path, **changes: Any) -> Founded:
    wishes = {"institution": NAME, "policy": "compact", "store": None, "digests": ["sha256", "sm3"], "language": "en"}
    return found(path, **(wishes | changes))


def test_the_settings_are_what_was_asked_for_whatever_the_name(tmp_path: Path) -> None:
    settings = archive(tmp_path / "home").home.settings
    assert (settings.institution, settings.policy, settings.language) == (NAME, "compact", "en")
    assert settings.digests == ("sha256", "sm3")
    assert settings.signing is None
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_the_ledger_begins_with_the_key_that_signs_it(tmp_path: Path) -> None:
    founded = archive(tmp_path / "home")
    catalogue = open_catalogue(founded.home)
    with catalogue.read() as connection:
        entries = [json.loads(entry.text) for entry in ledger.entries(connection)]
    catalogue.close()
    first, second = entries[:2]
    assert (first["action"], first["actor"], first["subject"]) == (
        "archive.founded",
        acting_person(),
        founded.home.settings.archive_id,
    )
    key = (founded.home.store / "ledger" / "ledger.pub").read_bytes()
    raw = checkpoints.raw_public_key_of(key)
    assert first["details"]["public_key_sha256"] == founded.fingerprint == hashlib.sha256(raw).hexdigest()
    assert second["subject"] == founded.medium
    assert stat.S_IMODE((founded.home.keys / "ledger.key").stat().st_mode) & 0o077 == 0


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    first = archive(tmp_path / "home", store=tmp_path / "store")
    with pytest.raises(Conflict, match=r"home\.exists"):
        archive(tmp_path / "home")
    with pytest.raises(Conflict, match=r"home\.exists"):
        archive(tmp_path / "other", store=tmp_path / "home")
    assert not (tmp_path / "other").exists()
    assert open_home(tmp_path / "home").settings.archive_id == first.home.settings.archive_id
    assert (tmp_path / "store" / MARKER).is_file()


def test_a_name_that_is_no_line_of_settings_founds_nothing(tmp_path: Path) -> None:
    with pytest.raises(PreserveError, match=r"home\.settings-wrong"):
        archive(tmp_path / "home", institution="局\nstore = '/'")
    assert list(tmp_path.iterdir()) == []


def test_one_whose_store_does_not_answer_leaves_no_schema_on_the_server(tmp_path: Path) -> None:
    server = postgresql.start()
    try:
        away = ObjectStore(kind="s3", bucket="b", endpoint="http://127.0.0.1:1")
        with pytest.raises(MediumAbsent):
            archive(tmp_path / "home", store=away, extras=Extras(catalogue=server.make_database("d")))
        assert list(tmp_path.iterdir()) == []
        assert server.ask("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'preserve%'", "d") == []
    finally:
        server.stop()


def test_a_schema_with_a_case_in_it_is_never_taken_away(tmp_path: Path) -> None:
    server = postgresql.start()
    try:
        bare, held = (archive(tmp_path / name, extras=Extras(catalogue=server.make_database(name))) for name in "ab")
        catalogue = open_catalogue(held.home)
        with catalogue.begin() as connection:
            values = {column.name: "" for column in tables.cases.columns} | {"objid": "aip-1", "long_term": False}
            connection.execute(tables.cases.insert(), values)
        catalogue.close()
        for founded in (bare, held):
            successors.forget(founded.home)
        named = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'preserve%' AND nspname NOT LIKE '%work'"
        assert server.ask(named, "a") == [] and len(server.ask(named, "b")) == 1
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--catalogue", "mysql://u@h/d"], "catalogue.address-wrong"),
        (["--catalogue", "postgresql://u:geheim@h/d"], "catalogue.address-wrong"),
        (["--bucket", "b", "--endpoint", "127.0.0.1:8333"], "storage.address-wrong"),
        (["--bucket", "b", "--endpoint", "http://h:port"], "storage.address-wrong"),
    ],
)
def test_an_address_that_is_none_is_called_so(tmp_path: Path, arguments: list[str], code: str) -> None:
    said = Program(tmp_path / "home").json("init", "--institution", "局", *arguments)
    assert (said["status"], said["error"]["code"]) == (2, code)
    assert "geheim" not in str(said) and list(tmp_path.iterdir()) == []


def test_a_test_authority_stands_in_the_settings(tmp_path: Path) -> None:
    home = archive(tmp_path / "home", extras=Extras(test_authority=True)).home
    assert home.settings.signing is not None
    assert (home.path / home.settings.signing.file).is_file()


def test_a_home_laid_out_after_a_restore_keeps_the_keys_of_before(tmp_path: Path) -> None:
    plan = Plan("01archive", "局", store=tmp_path / "store", former={"ab12": b"PEM"})
    fingerprint = lay_out(tmp_path, plan)
    home = open_home(tmp_path)
    assert (home.keys / "former" / "ab12.pub").read_bytes() == b"PEM"
    raw = checkpoints.raw_public_key_of((home.keys / "ledger.pub").read_bytes())
    assert fingerprint == hashlib.sha256(raw).hexdigest()
    assert home.store == (tmp_path / "store").resolve()


def test_a_new_archive_keeps_open_codecs_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    """A home out of media, which do not say it, loses nothing that was made."""
    (policy,) = [option for option in init.params if option.name == "policy"]
    assert policy.get_default(click.Context(init)) == "compact"
    assert Plan("a", "局").policy == "lossless"
