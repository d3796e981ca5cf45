"""Files handed in by pieces, as a client of tus sends them: breaks, wrong sums, wrong offsets, others' deposits."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.support.callers import Caller

pytestmark = pytest.mark.xdist_group("api")

CONTENT = bytes(range(256)) * 40
SMALL = b"small"
TUS = {"tus-resumable": "1.0.0"}
PIECE = TUS | {"content-type": "application/offset+octet-stream"}


def _sum(data: bytes) -> str:
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()


@pytest.fixture(scope="module")
def deposit(caller: Caller) -> str:
    """An upload that the depositor began, of two files."""
    files = [
        {"path": "案/录像.bin", "size": len(CONTENT), "mtime": 1_790_000_000_000},
        {"path": "案/小.txt", "size": len(SMALL), "mtime": 1_790_000_000_000},
    ]
    opened = caller("depositor").post(
        "/deposits", json={"name": "案", "files": files}, headers={"idempotency-key": "deposit"}
    )
    assert opened.status_code == 201, opened.text
    identifier: str = opened.json()["id"]
    assert opened.headers["location"] == f"/deposits/{identifier}"
    return identifier


def test_what_the_door_can_do(caller: Caller, deposit: str) -> None:
    answer = caller("depositor").options(f"/deposits/{deposit}/files")
    assert answer.status_code == 204 and answer.headers["tus-version"] == "1.0.0"
    assert {"creation", "checksum", "termination"} <= set(answer.headers["tus-extension"].split(","))


def test_a_file_comes_by_pieces_and_is_whole_after_a_break(caller: Caller, deposit: str) -> None:
    depositor, file = caller("depositor"), f"/deposits/{deposit}/files/1"
    metadata = "filename " + base64.b64encode(b"../../etc/passwd").decode() + ",line " + base64.b64encode(b"1").decode()
    made = depositor.post(
        f"/deposits/{deposit}/files", headers=TUS | {"upload-length": str(len(CONTENT)), "upload-metadata": metadata}
    )
    assert made.status_code == 201 and made.headers["location"].endswith(file), made.text
    half = len(CONTENT) // 2

    def send(at: int, data: bytes, **headers: str) -> Any:
        return depositor.patch(file, content=data, headers=PIECE | {"upload-offset": str(at)} | headers)

    assert send(0, CONTENT[:half], **{"upload-checksum": _sum(CONTENT[:half])}).status_code == 204
    assert send(0, CONTENT[:half]).status_code == 409
    assert send(half, CONTENT[half:], **{"upload-checksum": _sum(b"other")}).status_code == 460
    asked = depositor.head(file, headers=TUS)
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == (str(half), str(len(CONTENT)))
    assert "upload-expires" in asked.headers
    last = send(half, CONTENT[half:], **{"upload-checksum": _sum(CONTENT[half:])})
    assert last.status_code == 204 and last.headers["upload-offset"] == str(len(CONTENT))


def test_small_files_come_in_a_pack(caller: Caller, deposit: str) -> None:
    line = json.dumps({"line": 2, "size": len(SMALL), "sha256": hashlib.sha256(SMALL).hexdigest()}).encode()
    answer = caller("depositor").patch(f"/deposits/{deposit}/pack", content=line + b"\n" + SMALL)
    assert answer.status_code == 200 and answer.json() == {"taken": 1}, answer.text
    assert caller("depositor").get(f"/deposits/{deposit}/files").json()["missing"] == {}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"tus-resumable": "0.2.2"}, 412),
        ({"tus-resumable": ""}, 412),
        ({"content-type": "application/octet-stream"}, 415),
        ({"upload-offset": "-1"}, 422),
        ({"upload-offset": "x"}, 422),
        ({"upload-checksum": "md5 abc"}, 400),
        ({"upload-checksum": "sha256 !"}, 400),
    ],
)
def test_what_is_not_the_protocol_is_refused(
    headers: dict[str, str], status: int, caller: Caller, deposit: str
) -> None:
    given = PIECE | {"upload-offset": "0"} | headers
    assert caller("depositor").patch(f"/deposits/{deposit}/files/1", content=b"x", headers=given).status_code == status


@pytest.mark.parametrize("line", ["0", "3", "999999999999", "../1", "x"])
def test_a_line_that_is_not_in_the_list(line: str, caller: Caller, deposit: str) -> None:
    answer = caller("depositor").head(f"/deposits/{deposit}/files/{line}", headers=TUS)
    assert answer.status_code in (404, 422)


def test_anothers_deposit_is_not_there(caller: Caller, deposit: str) -> None:
    for answer in (
        caller("head").head(f"/deposits/{deposit}/files/1", headers=TUS),
        caller("head").get(f"/deposits/{deposit}/files"),
        caller("head").patch(f"/deposits/{deposit}/files/1", content=b"x", headers=PIECE | {"upload-offset": "0"}),
        caller("head").delete(f"/deposits/{deposit}"),
    ):
        assert answer.status_code == 404
    assert caller("auditor").head(f"/deposits/{deposit}/files/1", headers=TUS).status_code == 403
    assert caller().head(f"/deposits/{deposit}/files/1", headers=TUS).status_code == 401


def test_a_list_that_leads_out_is_refused(caller: Caller) -> None:
    for path in ("../x", "/etc/passwd", "a/../../b", "a\x00b"):
        files = [{"path": path, "size": 1, "mtime": 0}]
        answer = caller("depositor").post(
            "/deposits", json={"name": "x", "files": files}, headers={"idempotency-key": path.encode().hex()}
        )
        assert answer.status_code == 422 and answer.json()["findings"], answer.text


def test_a_piece_has_an_end(caller: Caller, deposit: str) -> None:
    answer = caller("depositor").patch(
        f"/deposits/{deposit}/files/1", content=bytes((16 << 20) + 1), headers=PIECE | {"upload-offset": "0"}
    )
    assert answer.status_code == 413
