"""A package that holds several cases: which of them a description beside it is about."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from preserve.errors import Refused
from preserve.ingest.foreign.handover_profile import plain_number
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.handed import Handed

_SHOWN = 5
_NUMBERS = ("archival_number", "case_number")


def one_of(package: ForeignPackage, beside: Handed) -> ForeignPackage:
    """The package itself where it is one case, else the case in it that the description beside is about.

    Raises Refused where there is no description to tell by, or none of its cases has that number.
    """
    if not package.cases:
        return package
    if not beside.description:
        names = ", ".join(number_of(case.described) for case in package.cases[:_SHOWN])
        raise Refused("foreign.several-cases", str(beside.path), count=len(package.cases), names=names)
    asked = _numbers(_read(beside))
    for case in package.cases:
        if asked & _numbers(case.described):
            others = (other for other in package.cases if other is not case)
            return replace(case, elsewhere=tuple(path for one in others for path in (*one.content, *one.beside)))
    raise Refused("foreign.case-not-there", str(beside.path), number=", ".join(sorted(asked))[:200])


def number_of(described: Mapping[str, Any]) -> str:
    """The number that people know a case by; empty where it has none."""
    return next((text for name in _NUMBERS if (text := str(described.get(name) or "").strip())), "")


def _numbers(described: Mapping[str, Any]) -> set[str]:
    return {plain_number(str(described.get(name) or "")) for name in _NUMBERS} - {""}


def _read(beside: Handed) -> Mapping[str, Any]:
    """The description as plain data, right or wrong: only the numbers in it are asked for."""
    try:
        if beside.name.lower().endswith(".xlsx"):
            from preserve.description.sheets import read_workbook

            return read_workbook(beside.description).content
        text = beside.description.decode("utf-8-sig")
        content = tomllib.loads(text) if beside.name.lower().endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
