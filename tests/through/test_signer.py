"""A door that cannot read the key: it works while the signer runs, and does nothing while it does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from preserve.data_management import ledger
from preserve.data_management.archive import open_archive
from tests.support.program import Archive
from tests.support.web import PASSWORD, PROGRAM, Served, staffed_home, start

WITHOUT_RIGHTS = (
    "setpriv",
    "--inh-caps=-dac_override,-dac_read_search",
    "--bounding-set=-dac_override,-dac_read_search",
)
"""Root's own files stay readable, those of others do not: the key belongs to another user here."""

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = staffed_home(tmp_path, cases=0)
    os.chown(place / "keys" / "ledger.key", NOBODY, NOBODY)
    return place


def _signer(home: Path) -> subprocess.Popen[str]:
    running = subprocess.Popen(
        [str(PROGRAM), "--home", str(home), "--lang", "en", "signer"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert running.stdout is not None
    line = running.stdout.readline()
    assert "ledger.signer" in line, line
    return running


def _size(home: Path) -> int:
    with closing(open_archive(home)) as archive, archive.catalogue.read() as connection:
        return ledger.size(connection)


def _door(home: Path) -> Served:
    return start(home, before=WITHOUT_RIGHTS)


def test_the_key_is_out_of_reach_of_the_door(home: Path) -> None:
    assert shutil.which("setpriv")
    read = subprocess.run([*WITHOUT_RIGHTS, "cat", str(home / "keys" / "ledger.key")], capture_output=True)
    assert read.returncode != 0
    assert b"PRIVATE" not in read.stdout


def test_the_door_works_with_the_signer_and_does_nothing_without(home: Path) -> None:
    signer = _signer(home)
    served = _door(home)
    try:
        assert "某archivist" in served.client("archivist").get("/").text
        signer.terminate()
        assert signer.wait(30) == 0
        before = _size(home)
        with served.nobody() as client:
            refused = client.post("/login", data={"account": "head", "password": PASSWORD})
            assert refused.status_code == 503
            assert "set-cookie" not in refused.headers
        assert _size(home) == before
        signer = _signer(home)
        assert served.client("head").get("/").status_code == 200
    finally:
        served.stop()
        signer.terminate()
        signer.wait(30)
    verified = Archive(home).json("ledger", "verify")
    assert verified["ok"], verified
