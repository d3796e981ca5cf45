"""What the settings file may say: each table by its model, and no secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from preserve.errors import Refused
from preserve.home import open_home
from preserve.settings import CatalogueAt, ObjectStore, Signing

_LEAST = 'archive_id = "01"\ninstitution = "临江市文化和旅游局"\n'


def write(folder: Path, settings: str) -> Path:
    (folder / "preserve.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "settings",
    [
        'archive_id = ""\ninstitution = "局"\n',
        _LEAST + "reserve = -1\n",
        _LEAST + 'digests = ["md5"]\n',
        _LEAST + 'polcy = "compact"\n',
        _LEAST + '[signing]\nfile = "a.p12"\nmodule = "b.so"\n',
    ],
)
def test_wrong_settings_are_refused_by_field(tmp_path: Path, settings: str) -> None:
    with pytest.raises(Refused) as caught:
        open_home(write(tmp_path, settings))
    assert caught.value.code == "home.settings-wrong"
    assert str(caught.value.values["fields"]).startswith(
        ("archive_id:", "reserve:", "digests.0:", "polcy:", "signing:")
    )


def test_signing_is_by_a_file_or_by_a_token_and_by_nothing_else() -> None:
    assert Signing(file="a.p12").warn_days == 60
    assert Signing(module="m.so", token="t", certificate="c").key == ""
    for settings in ({}, {"module": "m.so"}, {"module": "m.so", "token": "t"}, {"file": "a", "warn_days": -1}):
        with pytest.raises(ValidationError):
            Signing(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url", ["postgresql://p:secret@db/archive", "postgresql://db/archive?password=x", "mysql://db/a", "postgresql://db"]
)
def test_the_catalogues_address_names_a_database_and_no_password(url: str) -> None:
    with pytest.raises(ValidationError):
        CatalogueAt(url=url)
    assert CatalogueAt(url="postgresql://preserve@db/archive").schema_name == ""


def test_a_store_is_a_folder_or_a_bucket(tmp_path: Path) -> None:
    bucket = '[store]\nkind = "s3"\nbucket = "b"\nendpoint = "http://127.0.0.1:1"\n'
    store = open_home(write(tmp_path, _LEAST + bucket)).settings.store
    assert isinstance(store, ObjectStore) and store.location == "http://127.0.0.1:1/b"
