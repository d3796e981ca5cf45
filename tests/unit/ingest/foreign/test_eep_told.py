"""What encapsulations tell besides their files."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path

import pytest

from preserve.ingest.declared import Wanted
from preserve.ingest.foreign import eep_stream
from preserve.ingest.foreign.eep_names import read_names
from preserve.ingest.foreign.eep_stream import Document
from preserve.ingest.foreign.eep_told import digest_of_file_outside, history_of, listed_by_us
from preserve.ingest.sources.folder import FolderSource
from tests.support.eep_files import encapsulation

DIGEST = hashlib.sha256(b"x").digest()


@pytest.mark.parametrize(
    ("keyword", "coded", "wanted"),
    [
        ("sha256-base64Binary", base64.b64encode(DIGEST).decode(), Wanted("sha256", DIGEST.hex())),
        ("SHA-256", DIGEST.hex().upper(), Wanted("sha256", DIGEST.hex())),
        ("sm3", DIGEST.hex(), Wanted("sm3", DIGEST.hex())),
        ("base64-txt", base64.b64encode(DIGEST).decode(), None),
        ("sha256", "AAAA", None),
        ("sha256", "", None),
    ],
)
def test_a_digest_stands_for_a_file_only_where_that_is_said(keyword: str, coded: str, wanted: Wanted | None) -> None:
    assert digest_of_file_outside(Document({"keyword": keyword}, 0, coded)) == wanted


def test_each_deed_is_told_once() -> None:
    deed = "<业务实体><业务行为>归档</业务行为><行为时间>2026-01-02</行为时间></业务实体>"
    found = eep_stream.read(
        io.BytesIO(encapsulation(more=f"<业务实体块>{deed}{deed}</业务实体块>")), read_names(None), "a.eep"
    )
    assert history_of([found, found]) == ("2026-01-02 归档",)


def test_our_list_gives_digests_and_anything_else_gives_none(tmp_path: Path) -> None:
    files = [{"path": "aip/0001.eep", "sha256": DIGEST.hex()}]
    (tmp_path / "transfer.json").write_text(json.dumps({"cases": [{"files": files}]}), encoding="utf-8")
    source = FolderSource(tmp_path)
    assert listed_by_us(source, list(source.entries()), "") == {
        "aip/0001.eep": (Wanted("sha256", DIGEST.hex(), "transfer.json"),)
    }
    for text in ("[]", "{", '{"cases": 1}', "[" * 100_000):
        (tmp_path / "transfer.json").write_text(text, encoding="utf-8")
        assert listed_by_us(source, list(source.entries()), "") == {}
