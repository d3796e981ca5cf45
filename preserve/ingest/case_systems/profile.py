"""The shape of `profiles/case_systems.toml`: which export is whose, and which of its values is which field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.schema import CaseDescription
from preserve.profiles import read_profile

NAME = "case_systems.toml"
Form = Literal["json", "xml", "csv", "xlsx"]
Sheet = Literal["objects", "parties", "officers", "stages", "measures", "incidents"]
SystemName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Path_ = Annotated[str, Field(max_length=300)]
_CASE_FIELDS = set(CaseDescription.model_fields) | {"producer.name", "producer.entrusted_by", "producer.instrument"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rows(_Part):
    """Rows of one sheet of the description. `at` are the places of its rows below the case; empty: the case itself.

    `fields` are a row's values by our names, `fixed` what every row has. `split`: signs that part several rows which
    stand in one value.
    """

    sheet: Sheet
    at: tuple[Path_, ...]
    fields: dict[str, tuple[Path_, ...]]
    fixed: dict[str, str] = {}
    split: str = ""


class System(_Part):
    """One system's export. `marks` are values that tell it from others, `case` where the case stands in the export.

    A path is names with dots between; a list on the way is gone through. `dates` are formats of `strptime` beside the
    usual ways of writing, or `ms` and `s` for numbers since 1970. `codes` are by our field: their code and our word.
    """

    name: SystemName
    label: str
    basis: str
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]
    marks: Annotated[tuple[Path_, ...], Field(min_length=1)]
    case: tuple[Path_, ...] = ("",)
    dates: tuple[str, ...] = ()
    kind: str = "业务系统导出数据"
    ignored: tuple[str, ...] = ()
    fields: dict[str, tuple[Path_, ...]]
    codes: dict[str, dict[str, str]] = {}
    row: tuple[Rows, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> System:
        if unknown := set(self.fields) - _CASE_FIELDS:
            raise ValueError(f"no fields of a case: {', '.join(sorted(unknown))}")
        return self


class SystemsProfile(_Part):
    """`profiles/case_systems.toml`."""

    largest: int = 64 << 20
    system: tuple[System, ...]

    def named(self, name: str) -> System | None:
        """The system of that name."""
        return next((system for system in self.system if system.name == name), None)


def read_systems(own: Path | None) -> SystemsProfile:
    """The archive's own profile, else the shipped one. Raises Refused."""
    return read_profile(NAME, SystemsProfile, own)
