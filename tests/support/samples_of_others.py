"""Files of other systems beside the project, each with its licence: read from there and never copied into it."""

from __future__ import annotations

from tests.support.shared_cases import PACKAGES

OFD = PACKAGES / "ofd"
