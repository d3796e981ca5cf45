"""What the signer signs: a checkpoint that continues what is committed, and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from preserve.clock import now, stamp
from preserve.data_management import checkpoints, ledger, ledger_keys, merkle
from preserve.data_management.archive import Archive
from preserve.data_management.signed_notes import sign
from preserve.serving.signer import Signer, judge, read_note
from tests.support.sessions import founded


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def _next(archive: Archive, **other: Any) -> tuple[str, dict[str, Any]]:
    """The note over a ledger with one entry more, and what shows that it continues."""
    with archive.catalogue.read() as connection:
        before = checkpoints.newest(connection)
        assert before is not None
        leaves = [*ledger.leaves(connection, 1, before.size), b"\x01" * 32]
    root = checkpoints.root_of(leaves)
    steps = merkle.consistency_path(
        lambda start, stop: checkpoints.root_of(leaves[start:stop]), before.size, len(leaves)
    )
    origin = f"preserve/{archive.home.settings.archive_id}"
    key = ledger_keys.read_private_key(archive.home.keys / "ledger.key")
    said = {"origin": origin, "size": len(leaves), "root": root, "when": stamp(now()), "before": before, **other}
    made = sign(key, "", said["origin"], said["size"], said["root"], said["when"], said["before"])
    return made.note, {"size": before.size, "path": [step.hex() for step in steps]}


def _judged(archive: Archive, note: str, grown: dict[str, Any]) -> str:
    with archive.catalogue.read() as connection:
        return judge(connection, archive.home.settings.archive_id, note, grown, now())


def test_what_continues_the_newest_checkpoint_is_signed(archive: Archive) -> None:
    note, grown = _next(archive)
    answer = Signer(archive).answer(json.dumps({"note": note, "from": grown}).encode())
    public = ledger_keys.read_public_key(archive.home.keys / "ledger.pub")
    public.verify(base64.b64decode(answer["signature"]), note.encode())


def test_what_does_not_is_refused(archive: Archive) -> None:
    note, grown = _next(archive)
    with archive.catalogue.read() as connection:
        before = checkpoints.newest(connection)
    assert before is not None
    assert _judged(archive, note, grown) == ""
    assert _judged(archive, _next(archive, root=b"\x02" * 32)[0], grown) == "not-continued"
    assert _judged(archive, note, {"size": grown["size"], "path": []}) == "not-continued"
    assert _judged(archive, note, {"size": 1, "path": grown["path"]}) == "not-grown"
    assert _judged(archive, _next(archive, size=before.size)[0], grown) == "not-grown"
    assert _judged(archive, _next(archive, before=None)[0], grown) == "not-after-the-newest"
    assert _judged(archive, _next(archive, origin="preserve/another")[0], grown) == "another-log"
    late = stamp(now() - timedelta(hours=1))
    assert _judged(archive, _next(archive, when=late)[0], grown) == "time"


@pytest.mark.parametrize(
    "asked", [b"", b"{}", b"[]", b'{"note": "marker of a medium"}', b'{"note": "a\\n1\\n!\\n\\n"}', b"\xff\xfe"]
)
def test_what_is_no_checkpoint_is_refused(archive: Archive, asked: bytes) -> None:
    assert Signer(archive).answer(asked) == {"refused": "unreadable"}


def test_a_note_is_read_line_by_line() -> None:
    note = read_note("preserve/a\n7\nAAAA\n2026-11-28T00:00:00Z\nprevious x\n")
    assert (note.origin, note.size, note.rest) == ("preserve/a", 7, ("previous x",))
    for text in (
        "",
        "a\nb\n",
        "preserve/a\n-7\nAAAA\n2026-11-28T00:00:00Z\n",
        "preserve/a\n7\nAAAA\n2026-11-28T00:00:00Z",
    ):
        with pytest.raises(ValueError):
            read_note(text)
