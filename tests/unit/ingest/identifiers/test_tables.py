"""fido's tables in the cache: the same as from its XML, and never from a cache that somebody else could have written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.ingest.identifiers import tables
from preserve.ingest.identifiers.tables import Tables


@pytest.fixture(scope="module")
def built() -> Tables:
    """The tables from the XML."""
    return tables.build()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the cache, in a folder that is not there yet; nothing is kept in memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tables.load.cache_clear()
    yield tables._cache_file(tables._folder())
    tables.load.cache_clear()


def test_the_cache_gives_the_same_tables(built: Tables, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "tables.json"
    tables._write(file, built)
    assert tables._read(file) == built
    assert [path.name for path in file.parent.iterdir()] == [file.name], "nothing half written is left"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_cache_that_others_could_write_is_not_ours(built: Tables, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "tables.json"
    tables._write(file, built)
    assert tables._ours(file)
    for mode in (0o620, 0o602):
        file.chmod(mode)
        assert not tables._ours(file)
    file.chmod(0o600)
    file.parent.chmod(0o777)
    assert not tables._ours(file)
    file.parent.chmod(0o700)
    link = file.with_name("link.json")
    os.symlink(file, link)
    assert not tables._ours(link)


def test_a_damaged_cache_is_made_again(built: Tables, cache: Path) -> None:
    assert tables.load() == built
    whole = cache.read_bytes()
    cache.write_bytes(whole[: len(whole) // 2])
    tables.load.cache_clear()
    assert tables.load() == built
    assert cache.read_bytes() == whole


def test_a_cache_that_others_could_write_is_not_read(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text('["forged", "", [], {"zip": {}, "ole": {}}]', encoding="utf-8")
    cache.chmod(0o666)
    assert tables.load().version != "forged"
    cache.chmod(0o600)
    cache.write_text('["own", "", [], {"zip": {}, "ole": {}}]', encoding="utf-8")
    tables.load.cache_clear()
    assert tables.load().version == "own", "what only this user can write is read"


def test_a_home_that_cannot_be_written_is_no_failure(
    built: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    tables.load.cache_clear()
    assert tables.load() == built
    tables.load.cache_clear()
