"""What is wrong with this home is found by its name, and one thing that is wrong hides no other."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.founding import found
from preserve.administration.health import Check, examine, examine_signer
from preserve.administration.signing.authority import make_test_authority
from preserve.clock import now
from preserve.data_management import ledger, sealing
from preserve.data_management.database import open_catalogue
from preserve.home import Home, open_home
from preserve.messages import LANGUAGES, hint, say, speaking
from preserve.settings import Settings
from storage_adapters import trials


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("health") / "home"
    found(path, institution="局", policy="lossless", store=None, digests=["sha256"], language="zh")
    return path


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(founded, tmp_path / "home", symlinks=True)
    yield tmp_path / "home"
    (tmp_path / "home").chmod(0o750)


def checks(home: Path) -> dict[str, Check]:
    return {check.code: check for check in examine(home)}


def wrong(home: Path) -> set[str]:
    return {code for code, check in checks(home).items() if check.state == "wrong" and code not in _MACHINE}


_MACHINE = {"health.python", "health.library", "health.tool-missing", "health.tool-broken", "health.fonts-missing"}


def test_a_new_archive_is_sound_and_every_check_has_its_words(home: Path) -> None:
    seen = checks(home)
    assert wrong(home) == set()
    for code in ("home", "key", "modes", "catalogue", "store", "room", "clock", "schemas", "python", "tool", "pdfa"):
        assert seen[f"health.{code}"].state == "good", code
    for code in ("never-verified", "no-scanner", "signer-none"):
        assert seen[f"health.{code}"].state == "optional", code
    for language in LANGUAGES:
        with speaking(language):
            for check in seen.values():
                assert "{" not in say(check.code, **check.values), check
                if check.state == "wrong":
                    assert hint(check.code, **check.values)


def test_without_a_home_the_machine_is_looked_at_all_the_same(tmp_path: Path) -> None:
    seen = checks(tmp_path)
    assert (seen["health.home"].state, seen["health.home"].values["reason"]) == ("wrong", "home.none")
    assert "health.tool" in seen
    assert "health.catalogue" not in seen


def test_keys_and_packages_that_others_can_read_are_named_with_the_command_that_mends_it(home: Path) -> None:
    (home / "keys" / "ledger.key").chmod(0o640)
    (home / "store" / "packages").mkdir(exist_ok=True)
    (home / "store" / "packages" / "aip-1").mkdir(mode=0o755)
    (home / "store" / "packages" / "aip-1").chmod(0o755)
    seen = checks(home)
    assert wrong(home) == {"health.key", "health.modes-open"}
    assert seen["health.key"].values["mode"] == "0640"
    assert "packages/aip-1 (0755)" in str(seen["health.modes-open"].values["paths"])
    assert str(seen["health.modes-open"].values["command"]).startswith(f"chmod -R g-w,o= {home.resolve()}")


def test_each_thing_that_is_missing_is_told_and_hides_no_other(home: Path) -> None:
    (home / "keys" / "ledger.key").unlink()
    (home / "catalogue.sqlite").write_bytes(b"no database at all" * 100)
    settings = (home / "preserve.toml").read_text(encoding="utf-8")
    (home / "preserve.toml").write_text('time_zone = "Asia/Nowhere"\n' + settings, encoding="utf-8")
    shutil.rmtree(home / "store")
    assert {"health.key-missing", "health.catalogue-wrong", "health.store", "health.clock-zone"} <= wrong(home)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder of another file system."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_a_home_on_another_file_system_than_its_store_is_tried_too(
    home: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "health.home-trials" not in checks(home)
    shutil.move(home / "store", elsewhere / "store")
    file = home / "preserve.toml"
    settings = file.read_text(encoding="utf-8").replace('store = "store"\n', "")
    file.write_text(f'store = "{elsewhere}/store"\n{settings}', encoding="utf-8")
    assert wrong(home) == set() and checks(home)["health.home-trials"].state == "good"
    monkeypatch.setattr(trials.fcntl, "flock", lambda handle, how: None)
    seen = checks(home)
    told = seen["health.home-lock-failed"]
    assert told.state == "wrong" and "health.home-trials" not in seen
    for language in LANGUAGES:
        with speaking(language):
            assert str(home / "work") in say(told.code, **told.values) and hint(told.code, **told.values)


def test_a_server_that_is_away_is_no_reason_to_make_the_catalogue_again(home: Path) -> None:
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write('[catalogue]\nurl = "postgresql://preserve@127.0.0.1:1/preserve"\n')
    for language in LANGUAGES:
        with speaking(language):
            told = checks(home)["health.catalogue-wrong"]
            assert "rebuild" not in (mend := hint(told.code, **told.values)) and "[catalogue]" in mend


def test_a_catalogue_that_was_put_back_is_told(home: Path) -> None:
    earlier = (home / "catalogue.sqlite").read_bytes()
    opened = open_home(home)
    catalogue = open_catalogue(opened)
    with catalogue.begin() as connection:
        ledger.note(opened, connection, "x", {})
    catalogue.close()
    sealing.seal(opened)
    for beside in ("-wal", "-shm"):
        (home / f"catalogue.sqlite{beside}").unlink(missing_ok=True)
    (home / "catalogue.sqlite").write_bytes(earlier)
    assert wrong(home) == {"health.catalogue-wrong"}


def test_a_store_without_room_is_told(home: Path) -> None:
    settings = (home / "preserve.toml").read_text(encoding="utf-8")
    (home / "preserve.toml").write_text(f"reserve = {1 << 60}\n{settings}", encoding="utf-8")
    assert wrong(home) == {"health.room"}
    assert open_home(home).settings.reserve == 1 << 60


@pytest.mark.parametrize(
    ("start", "days", "code"),
    [(0, 365, "signer-test"), (0, 30, "signer-soon"), (-10, 5, "signer-expired"), (3, 365, "signer-early")],
)
def test_the_signer_is_told_by_its_days(tmp_path: Path, start: int, days: int, code: str) -> None:
    signing = make_test_authority(tmp_path / "keys", "局", now() + timedelta(days=start), days=days)
    (check,) = examine_signer(Home(tmp_path, Settings(archive_id="x", institution="局", signing=signing)))
    assert check.code == f"health.{code}"
    assert check.state == ("wrong" if code in ("signer-expired", "signer-early") else "optional")


def test_a_signer_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    signing = make_test_authority(tmp_path / "keys", "局", now(), days=365)
    (tmp_path / signing.password_file).unlink()
    (check,) = examine_signer(Home(tmp_path, Settings(archive_id="x", institution="局", signing=signing)))
    assert (check.code, check.state) == ("health.signer-unusable", "wrong")
    assert "test-signer.password" in str(check.values["reason"])
