"""The log of one ingest that an auditor can read: one line an act, JSON, in the home's `log/`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.clock import now, stamp
from storage_adapters.medium_errors import on_medium


@dataclass(frozen=True, slots=True)
class RunLog:
    """Appends to `ingest-<id>.jsonl`; lines are never rewritten."""

    folder: Path
    ingest: str

    def write(self, act: str, **values: Any) -> None:
        """One line: when, what, and the values that belong to it."""
        line = json.dumps({"time": stamp(now()), "act": act, **values}, ensure_ascii=False, default=str)
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        path = self.folder / f"ingest-{self.ingest}.jsonl"
        with on_medium(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o660)
            try:
                os.write(handle, data)
            finally:
                os.close(handle)
