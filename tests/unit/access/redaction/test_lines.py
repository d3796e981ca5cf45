"""Lines taken out of a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.access.redaction.lines import read_lines, redact_lines
from preserve.access.redaction.plan import Redaction
from preserve.messages import say


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_lines_of_a_text(encoding: str, tmp_path: Path) -> None:
    source, result = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes("举报人：张某\r\n电话：13900000000\r\n内容：无证演出\r\n".encode(encoding))
    gone = Redaction("x", "lines", "举报人隐私", "20", "p", lines=((1, 2),))
    redact_lines(source, result, "x", [gone])
    assert result.read_text(encoding="utf-8").split("\n") == [say("redaction.line-gone")] * 2 + ["内容：无证演出", ""]
    assert len(read_lines(source, "x")) == 4
