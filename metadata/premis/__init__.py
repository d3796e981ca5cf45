"""PREMIS 3.0 written and read as a stream; memory does not grow with the number of objects."""

from __future__ import annotations

from metadata.premis.read import read_premis
from metadata.premis.write import PremisWriter, write_premis

__all__ = ["PremisWriter", "read_premis", "write_premis"]
