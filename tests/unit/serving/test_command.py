"""`preserve serve` called wrongly ends at once, in words, with nothing left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Archive, found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("serve") / "archive")


def test_what_is_no_address_or_certificate_is_wrong_usage(archive: Archive, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pem"
    paper.write_text("no certificate", encoding="utf-8")
    for options in (("--listen", "nonsense"), ("--certificate", str(paper), "--key", str(paper))):
        done = archive.run("serve", *options)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
    assert not (archive.home / "work" / "worker.lock").exists()


def test_where_there_is_no_archive_or_house_nothing_is_served(tmp_path: Path) -> None:
    assert Archive(tmp_path).run("serve").returncode == 2
    assert Archive(tmp_path).run("--house", str(tmp_path), "serve").returncode == 2
