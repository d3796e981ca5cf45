"""Counts what a process and its workers do, where BENCHMARK_COUNTS names a folder: each writes its counts there."""

from __future__ import annotations

import os
import sys

if _folder := os.environ.get("BENCHMARK_COUNTS"):
    import atexit
    import json
    import sqlite3
    from contextlib import suppress
    from typing import Any

    _EACH = 100  # instructions of SQLite's machine between two calls
    _counts = {"queries": 0, "steps": 0, "decodings": 0, "programs": 0, "opened": 0, "modules": 0}
    _loads = json.loads
    _connect = sqlite3.connect

    def _traced(statement: str) -> None:
        _counts["queries"] += 1

    def _stepped() -> int:
        _counts["steps"] += _EACH
        return 0

    def _counted(*values: Any, **named: Any) -> Any:
        _counts["decodings"] += 1
        return _loads(*values, **named)

    def _connected(*values: Any, **named: Any) -> sqlite3.Connection:
        connection = _connect(*values, **named)
        connection.set_trace_callback(_traced)
        connection.set_progress_handler(_stepped, _EACH)
        return connection

    def _heard(event: str, values: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            _counts["programs"] += 1
        elif event == "open" and str(values[0]).endswith((".py", ".pyc")):
            with suppress(OSError):  # of Python itself, and of whether it was compiled before
                _counts["modules"] += os.stat(values[0]).st_size
        elif event == "open":
            _counts["opened"] += 1

    def _is_of_python(name: str) -> bool:
        return name.partition(".")[0] in sys.stdlib_module_names

    def _written() -> None:
        _counts["imported"] = sum(not _is_of_python(name) for name in list(sys.modules))
        with open(os.path.join(_folder, f"{os.getpid()}.json"), "w", encoding="utf-8") as file:
            json.dump(_counts, file)

    json.loads = _counted
    sqlite3.connect = _connected  # type: ignore[assignment]
    sys.addaudithook(_heard)
    atexit.register(_written)
