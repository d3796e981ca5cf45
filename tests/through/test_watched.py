"""A service that is watched: real processes answer a monitor, log JSON without content, and write the figures' file."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.object_store import free_ports
from tests.support.program import Archive
from tests.support.web import PROGRAM, start
from tests.support.web import staffed_home as staffed

TOKEN = "t" * 48


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return staffed(tmp_path, cases=1)


def _set(home: Path, text: str) -> None:
    with (home / "preserve.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_door_answers_a_monitor_with_the_token_and_logs_a_line_of_json_for_each_request(home: Path) -> None:
    (port,) = free_ports(1)
    token = home / "keys" / "metrics.token"
    token.write_text(TOKEN, encoding="utf-8")
    token.chmod(0o600)
    at = f'[metrics]\nlisten = "127.0.0.1:{port}"\ntoken_file = "keys/metrics.token"\n'
    _set(home, at + '[logging]\nform = "json"\n')
    served = start(home, "--no-worker")
    try:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(asked, timeout=30)
        asked.add_header("Authorization", f"Bearer {TOKEN}")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            figures = answer.read().decode()
        assert "\npreserve_taken_in_packages_1d 1.0\n" in figures and "\npreserve_worker_up 0.0\n" in figures
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{served.address}/metrics?case=x", timeout=30)
        with urllib.request.urlopen(f"{served.address}/login", timeout=30) as page:
            assert page.status == 200
    finally:
        served.stop()
    lines = [json.loads(line) for line in served.log if line.startswith("{")]
    requests = [line for line in lines if line.get("event") == "request"]
    assert {line["route"] for line in requests} == {"/login", "/{anything:path}"}
    assert all(line["logger"] and line["level"] and line["time"].endswith("Z") for line in lines)
    assert TOKEN not in "".join(served.log)
    # But for the sentence that says where it listens, every line is an object.
    assert len([line for line in served.log if line.strip() and not line.startswith("{")]) <= 1


def test_a_door_does_not_start_with_figures_open_to_the_network(home: Path) -> None:
    _set(home, '[metrics]\nlisten = "0.0.0.0:0"\n')
    done = subprocess.run(
        [PROGRAM, "--home", str(home), "--lang", "en", "serve", "--listen", "127.0.0.1:0", "--no-worker"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2 and "no token is set" in done.stderr


def test_a_worker_tells_of_each_job_as_a_line(home: Path) -> None:
    _set(home, '[logging]\nform = "json"\n')
    archive = Archive(home)
    environment = {**os.environ, "PRESERVE_HOME": str(home), "JOURNAL_STREAM": ""}
    worker = subprocess.Popen([PROGRAM, "worker"], stderr=subprocess.PIPE, text=True, env=environment)
    try:
        asked = _ask_for_a_backup(home)
        assert worker.stderr is not None
        told = []
        for line in worker.stderr:
            if line.startswith("{"):
                told.append(json.loads(line))
            if told and told[-1].get("event") == "job-ended":
                break
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=120)
    assert [(line["event"], line["job"], line["operation"]) for line in told] == [
        ("job-started", asked, "catalogue.back_up"),
        ("job-ended", asked, "catalogue.back_up"),
    ]
    assert told[-1]["state"] == "done"
    shown = archive.json("metrics")
    assert [(one["lane"], one["state"], one["count"]) for one in shown["ended"]] == [(told[0]["lane"], "done", 1)]
    assert shown["backed_up"] and not shown["worker"]


def _ask_for_a_backup(home: Path) -> str:
    from contextlib import closing

    from preserve.data_management.archive import open_archive
    from preserve.services import jobs
    from tests.support.sessions import founder

    with closing(open_archive(home)) as archive:
        return jobs.ask(founder(archive), "catalogue.back_up", {}).id


def test_the_file_for_a_collector_is_replaced_whole_and_others_may_read_it(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "collected" / "preserve.prom"
    for _ in range(2):
        done = Archive(home).run("metrics", "--output", str(file))
        assert done.returncode == 0, done.stderr
        assert "preserve_ledger_entries_total " in file.read_text(encoding="utf-8")
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [one.name for one in file.parent.iterdir()] == ["preserve.prom"]
    assert Archive(home).run("metrics", "--output", str(home / "store" / "x.prom")).returncode == 3
    (tmp_path / "link.prom").symlink_to(file)
    assert Archive(home).run("metrics", "--output", str(tmp_path / "link.prom")).returncode == 3
