"""Records of a home whose store is away: sent when written, brought when missing; where it is a folder, nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from preserve import kept_records
from preserve.home import Home
from preserve.settings import ObjectStore, Settings
from storage_adapters.errors import MediumAbsent
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import bucket, server
from tests.support.object_store import ObjectStore as Server

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")


def home_at(path: Path, made: S3Adapter | None, endpoint: str = "") -> Home:
    store = "store" if made is None else ObjectStore(kind="s3", bucket=made.bucket, endpoint=endpoint or made.endpoint)
    path.mkdir(exist_ok=True)
    return Home(path, Settings(archive_id="a", institution="局", store=store))


def written(home: Home, name: str, data: bytes = b"record") -> Path:
    path = home.store / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_what_is_written_here_is_there_at_once(server: Server, tmp_path: Path) -> None:
    home = home_at(tmp_path / "one", bucket(server))
    kept_records.keep(written(home, "audits/2026-11/a.parquet"))
    kept_records.keep(written(home, "ledger/checkpoint.txt", b"first"), changes=True)
    kept_records.keep(written(home, "ledger/checkpoint.txt", b"second"), changes=True)
    assert kept_records.read(home, "ledger/checkpoint.txt") == b"second"
    assert kept_records.read(home, "ledger/none") is None
    other = Home(tmp_path / "two", home.settings)
    assert kept_records.bring(other) == 2 and kept_records.bring(other) == 0
    assert (other.store / "audits/2026-11/a.parquet").read_bytes() == b"record"
    kept_records.keep(written(home, "ledger/checkpoint.txt", b"other!"), changes=True)
    assert kept_records.bring(other, "ledger/", again=("ledger/checkpoint.txt",)) == 1
    assert (other.store / "ledger/checkpoint.txt").read_bytes() == b"other!"


def test_what_a_kill_left_here_alone_is_sent(server: Server, tmp_path: Path) -> None:
    home = home_at(tmp_path / "one", bucket(server))
    written(home, "ledger/segment-1-2.jsonl")
    written(home, "ledger/.half")
    written(home, "ledger/b.part")
    written(home, "packages/aip-x_v0001/bagit.txt")
    written(home, "requests/2026-0001/0001-opened.json")
    assert kept_records.send_missing(home, "ledger") == 1
    assert kept_records.send_missing(home) == 1
    assert kept_records.send_missing(home) == 0
    (home.store / "ledger/segment-1-2.jsonl").unlink()
    assert kept_records.send_missing(home, "ledger", spare=lambda name: "segment" in name) == 0
    assert kept_records.read(home, "ledger/segment-1-2.jsonl") is None
    kept_records.drop(home.store / "requests/2026-0001/0001-opened.json")
    assert kept_records.read(home, "requests/2026-0001/0001-opened.json") is None


def test_one_that_is_joined_to_another_while_others_are_sent_is_none_that_is_missing(
    server: Server, tmp_path: Path
) -> None:
    home = home_at(tmp_path / "one", bucket(server))
    paths = [written(home, f"ledger/segment-{number:04}-{number:04}.jsonl") for number in range(60)]

    def join() -> None:
        while kept_records.read(home, "ledger/segment-0000-0000.jsonl") is None:
            pass
        paths[-1].unlink()

    joining = threading.Thread(target=join)
    joining.start()
    assert kept_records.send_missing(home, "ledger") == 59
    joining.join()
    assert kept_records.read(home, "ledger/segment-0059-0059.jsonl") is None


def test_one_that_another_machine_wrote_is_had_when_it_is_asked_for(server: Server, tmp_path: Path) -> None:
    home = home_at(tmp_path / "one", bucket(server))
    kept_records.keep(written(home, "requests/2026-0001/0001-opened.json"))
    other = Home(tmp_path / "two", home.settings)
    for name in ("requests/2026-0001/0001-opened.json", "requests/2026-0002/0001-opened.json"):
        kept_records.have(other.store / name)
    assert (other.store / "requests/2026-0001/0001-opened.json").read_bytes() == b"record"
    assert not (other.store / "requests/2026-0002").exists()


def test_nothing_tells_of_a_record_that_the_store_did_not_take(server: Server, tmp_path: Path) -> None:
    home = home_at(tmp_path / "one", bucket(server), "http://127.0.0.1:9")
    with pytest.raises(MediumAbsent):
        kept_records.keep(written(home, "audits/a"))


def test_a_folder_is_the_store_itself(tmp_path: Path) -> None:
    home = home_at(tmp_path / "one", None)
    kept_records.keep(written(home, "audits/a"))
    kept_records.drop(home.store / "audits/a")
    assert (home.store / "audits/a").is_file()
    assert (kept_records.read(home, "audits/a"), kept_records.bring(home), kept_records.send_missing(home)) == (
        None,
        0,
        0,
    )
