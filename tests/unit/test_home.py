"""The settings of an archive: what is accepted, what is refused by which code, and what comes from the environment."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from preserve.errors import PreserveError, Refused, UsageError
from preserve.home import (
    acting_person,
    cache_path,
    default_path,
    forget_secrets,
    given_signing_password,
    given_token,
    open_home,
)

_LEAST = 'archive_id = "01"\ninstitution = "临江市文化和旅游局"\n'


def write(folder: Path, settings: bytes | str) -> Path:
    data = settings if isinstance(settings, bytes) else settings.encode()
    (folder / "preserve.toml").write_bytes(data)
    return folder


def test_a_home_of_the_least_settings_has_its_folders_below_it(tmp_path: Path) -> None:
    home = open_home(write(tmp_path, _LEAST))
    assert home.settings.policy == "lossless"
    assert home.store == tmp_path.resolve() / "store"
    assert {home.catalogue, home.keys, home.work, home.profiles, home.log} == {
        tmp_path.resolve() / name for name in ("catalogue.sqlite", "keys", "work", "profiles", "log")
    }
    assert open_home(write(tmp_path, _LEAST + 'store = "/srv/store"\n')).store == Path("/srv/store")


def test_what_is_no_settings_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"home\.none"):
        open_home(tmp_path)
    for text in (b"archive_id =", b'institution = "\xff"'):
        with pytest.raises(Refused, match=r"home\.settings-unreadable"):
            open_home(write(tmp_path, text))
    (tmp_path / "preserve.toml").unlink()
    (tmp_path / "preserve.toml").mkdir()
    with pytest.raises(PreserveError, match=r"home\.unreadable"):
        open_home(tmp_path)


def test_paths_come_from_the_environment_else_from_the_user_s_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PRESERVE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert default_path() == tmp_path / ".local/share/preserve"
    assert cache_path() == tmp_path / ".cache/preserve"
    monkeypatch.setenv("PRESERVE_HOME", "/srv/archive")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache")
    assert (default_path(), cache_path()) == (Path("/srv/archive"), Path("/var/cache/preserve"))


def test_the_person_is_the_kernel_s_answer_and_not_the_environment_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert acting_person() == pwd.getpwuid(os.geteuid()).pw_name
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    unknown = next(number for number in range(40_000, 60_000) if number not in taken)
    monkeypatch.setattr(os, "geteuid", lambda: unknown)
    assert acting_person() == f"uid:{unknown}"


def test_secrets_leave_the_environment_and_an_empty_token_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESERVE_TOKEN", "")
    monkeypatch.setenv("PRESERVE_SIGNING_PASSWORD", "geheim")
    assert (given_token(), given_signing_password()) == ("", "geheim")
    forget_secrets()
    assert (given_token(), given_signing_password()) == (None, "")
    assert not {"PRESERVE_TOKEN", "PRESERVE_SIGNING_PASSWORD"} & set(os.environ)
