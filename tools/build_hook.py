"""Compile the message catalogues (.po) into the form gettext reads (.mo) when a wheel is built or installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileMessages(BuildHookInterface[Any]):
    """Runs before the files of the wheel are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue."""
        import sys

        sys.path.insert(0, str(Path(self.root) / "tools"))
        from compile_messages import CATALOGUES, compile_all

        for catalogues in CATALOGUES:
            compile_all(Path(self.root) / catalogues)
