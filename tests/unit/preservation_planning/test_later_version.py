"""A new version under another policy, interrupted at the beginning of any stage: it goes on and ends the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.verify import verify_package
from preserve.data_management import journal, migrations_journal
from preserve.data_management.archive import Archive
from preserve.errors import NotIntact, Stopped
from preserve.preservation_planning.migrate_formats import Represerved, represerve
from preserve.preservation_planning.policy import Policy, read_policy
from preserve.progress import Silent
from tests.support.small_case import Interrupting, ingest, left_over, roles_of, small_archive, small_case

BEGINNINGS = (
    "plan.step-copy",
    "ingest.step-normalise",
    "ingest.step-describe",
    "ingest.step-seal",
    "ingest.step-read-back",
    "ingest.step-register",
)
_FACTORS = ("ffv1", "ffv1_pixel", "rewrap", "flac", "raster", "pdfa", "utf8", "mp4", "m4a", "jpeg")
_KEEP = """
[[rule]]
name = "everything is kept"
lossless = "keep"
compact = "keep"
access = "none"

[estimate]
""" + "".join(f"{name} = 0.0\n" for name in _FACTORS)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("later") / "archive")


@pytest.fixture(scope="module")
def keep(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """A policy that wants no copies."""
    formats = tmp_path_factory.mktemp("policy") / "formats.toml"
    formats.write_text(_KEEP, encoding="utf-8")
    return read_policy(archive.home, formats=formats)


def migrate(archive: Archive, objid: str, policy: Policy, watcher: Silent | None = None) -> Represerved:
    """Make the next version in this process."""
    watcher = watcher or Silent()
    return represerve(archive.home, archive.catalogue, objid, policy, actor="zhou", jobs=1, watcher=watcher)


def package(archive: Archive, result: Represerved) -> Path:
    """Where the version lies."""
    return archive.home.store / "packages" / result.name


@pytest.mark.parametrize("code", BEGINNINGS)
def test_stopped_where_a_stage_begins_it_goes_on(code: str, archive: Archive, keep: Policy, tmp_path: Path) -> None:
    objid = ingest(archive, small_case(tmp_path, f"后〔2026〕{BEGINNINGS.index(code)}号")).objid
    with pytest.raises(Stopped):
        migrate(archive, objid, keep, Interrupting(code, Stopped("work.stopped")))
    without = migrate(archive, objid, keep)
    assert (without.outcome, without.version, without.made, without.left_out) == ("done", 2, 0, 1)
    assert without.resumed
    assert verify_package(package(archive, without)).intact
    assert roles_of(package(archive, without)) == {"original"}
    assert left_over(archive) == []


def test_what_an_earlier_policy_left_out_is_made_again(archive: Archive, keep: Policy, tmp_path: Path) -> None:
    first = ingest(archive, small_case(tmp_path, "后〔2026〕20号"))
    assert migrate(archive, first.objid, keep).version == 2
    shipped = read_policy(archive.home)
    with pytest.raises(Stopped):
        migrate(archive, first.objid, shipped, Interrupting("ingest.step-describe", Stopped("work.stopped")))
    again = migrate(archive, first.objid, shipped)
    assert (again.version, again.made, again.left_out, again.resumed) == (3, 1, 0, True)
    assert verify_package(package(archive, again)).intact
    assert roles_of(package(archive, again)) == {"original", "preservation"}
    settled = migrate(archive, first.objid, shipped)
    assert (settled.outcome, settled.version, settled.made) == ("settled", 3, 0)
    assert left_over(archive) == []


def test_a_damaged_original_spoils_all_that_was_made(archive: Archive, keep: Policy, tmp_path: Path) -> None:
    first = ingest(archive, small_case(tmp_path, "后〔2026〕21号"))
    (path,) = first.location.glob("data/*/representations/original/data/笔录.txt")
    path.chmod(0o600)
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(NotIntact):
        migrate(archive, first.objid, keep)
    assert left_over(archive) == []
    with archive.catalogue.read() as connection:
        assert migrations_journal.running(connection, first.objid) is None
        assert journal.totals(connection, first.objid) == (0, 0)
