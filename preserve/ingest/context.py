"""What every stage sees of the package that is being made: whose it is, and where its parts lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from preserve.description.schema import CaseDescription
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class Ingest:
    """A read-only view of one running ingest, or of a later version that is being made."""

    identifier: str  # ULID of the ingest
    objid: str  # aip-<ulid>, the AIP's identifier
    home: Home
    description: CaseDescription
    package: Path  # the bag under construction, on the store's own file system; this attempt's alone, as is the next
    scratch: Path  # for temporary files
    version: int = 1  # the version of the case's package that is being made

    @property
    def name(self) -> str:
        """The name of the bag's folder."""
        return f"{self.objid}_v{self.version:04}"

    @property
    def information_package(self) -> Path:
        """The E-ARK IP inside the bag."""
        return _inside(self.package, self.objid)

    def data(self, role: str) -> Path:
        """Where the files of a representation lie."""
        return _data(self.package, self.objid, role)


@lru_cache(maxsize=16)
def _inside(package: Path, objid: str) -> Path:
    return package / "data" / objid


@lru_cache(maxsize=64)
def _data(package: Path, objid: str, role: str) -> Path:
    """Asked for each file several times, so not put together anew."""
    return _inside(package, objid) / "representations" / role / "data"
