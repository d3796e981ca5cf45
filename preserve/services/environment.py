"""What the environment says before any archive is open; light, since `--help` needs it too."""

from __future__ import annotations

from preserve.home import locale_name

__all__ = ["locale_name"]
