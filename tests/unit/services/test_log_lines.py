"""The log: whatever stands in an error stays within its line, and does nothing on a terminal."""

from __future__ import annotations

import io
import logging

import pytest

from preserve.services.log_lines import LogLines


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(LogLines())
    logger = logging.Logger("preserve.test")
    logger.addHandler(handler)
    return logger, told


@pytest.mark.parametrize("bad", ["\n", "\r\n", "\x1b[2J", "\x9b2J", "\u2028", "\u202e", "\x00", "\x85", "\udc8a"])
def test_an_entry_is_one_line_of_what_can_be_seen(log: tuple[logging.Logger, io.StringIO], bad: str) -> None:
    logger, told = log
    logger.error("no such file: %s", f"案卷{bad}2026-01-01 00:00:00,000 INFO preserve.signer signed")
    assert len(told.getvalue().splitlines()) == 1 and told.getvalue().count("\n") == 1
    assert all(letter.isprintable() for letter in told.getvalue().rstrip("\n"))
    assert "案卷[" in told.getvalue()


def test_a_trace_keeps_its_lines_and_none_looks_like_an_entry(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, told = log
    try:
        raise ValueError("wrong\n2026-01-01 00:00:00,000 INFO preserve.signer signed\x1b]0;x\x07")
    except ValueError:
        logger.exception("defect")
    first, *trace = told.getvalue().splitlines()
    assert first.endswith("ERROR preserve.test defect")
    assert len(trace) > 3 and all(line.startswith("    ") for line in trace)
    assert all(line.isprintable() for line in trace)
