"""Answers that are bytes: how they are named, what they are called, and their ranges and digests."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from preserve.api.sending import attachment, send_bytes, send_copy, send_folder, send_kept, tag_of

DATA = bytes(range(256)) * 10


def _client(response: Response) -> TestClient:
    def answer(request: Request) -> Response:
        return response

    return TestClient(Starlette(routes=[Route("/", answer)]))


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", 'a"; filename="b', "证据\u202egpj.exe", "\ud800", "../x", "a;b"])
def test_a_name_cannot_end_its_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii() and "\r" not in header and "\n" not in header
    assert header.startswith('attachment; filename="') and header.count('"') == 2
    assert ";" not in header.partition('filename="')[2].partition('"')[0]


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/pdf", "text/xml", "application/xhtml+xml"])
def test_archived_bytes_are_nothing_that_a_browser_runs(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA)
    assert _client(send_copy(path, "", kind)).get("/").headers["content-type"] == "application/octet-stream"
    assert _client(send_copy(path, "", "video/mp4")).get("/").headers["content-type"] == "video/mp4"
    kept = _client(send_kept(path, "x.html")).get("/")
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith("attachment")


def test_a_copy_comes_in_ranges_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA)
    digest = hashlib.sha256(DATA)
    client = _client(send_copy(path, digest.hexdigest(), "video/mp4"))
    part = client.get("/", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, DATA[10:20])
    assert part.headers["etag"] == f'"{digest.hexdigest()}"'
    assert part.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert part.headers["cache-control"] == "private, no-store"


def test_a_range_that_is_none_and_one_of_an_older_copy(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA)
    client = _client(send_copy(path, "0" * 64, "video/mp4"))
    assert client.get("/", headers={"range": "bytes=99999-"}).status_code == 416
    assert client.get("/", headers={"range": "bytes=0-9", "if-range": '"' + "1" * 64 + '"'}).status_code == 200
    assert client.get("/", headers={"range": "bytes=0-9", "if-range": '"' + "0" * 64 + '"'}).status_code == 206


def test_what_was_written_is_sent_and_dropped(tmp_path: Path) -> None:
    room = tmp_path / "room"
    folder = room / "answer"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b.txt").write_text("b")
    answer = _client(send_folder(folder, "proof", room)).get("/")
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert packed.namelist() == ["a.txt", "deep/b.txt"] and not room.exists()


def test_bytes_and_documents_have_tags() -> None:
    assert _client(send_bytes(DATA, "image/png", "x.png")).get("/").headers["etag"]
    assert tag_of({"a": 1, "b": 2}) == tag_of({"b": 2, "a": 1}) != tag_of({"a": 2})
