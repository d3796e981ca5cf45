"""A file of a package that is not what the package says of it: taken in only where a named person answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from metadata.findings import Finding
from metadata.identity import readable, tidy
from preserve.description.schema import CaseDescription
from preserve.ingest.foreign.look import compare

if TYPE_CHECKING:
    from preserve.ingest.receive import Deposit

_NAMES = ("digest-differs", "foreign.digest-differs", "ingest.digest-differs")


def answered_digests(
    deposit: Deposit, case: CaseDescription, names: Mapping[str, str]
) -> tuple[Deposit, list[Finding]]:
    """The deposit without the digests that somebody answers for, and an error for each, which that answer then fits.

    Only the files that an answer names are read here, and only what truly differs is let go: what nobody names refuses
    the deposit when it is taken in. `names` are those of the description by path.
    """
    asked = {tidy(by.where) for by in case.acceptances if by.finding in _NAMES and by.where}
    if deposit.foreign is None or not asked:
        return deposit, []
    paths = [
        entry.path
        for entry in deposit.files
        if deposit.wanted.get(entry.path) and tidy(names.get(entry.path) or readable(entry.path)) in asked
    ]
    findings = list(compare(deposit.source, paths, deposit.wanted))
    differing = {finding.where for finding in findings}
    wanted = {path: digests for path, digests in deposit.wanted.items() if path not in differing}
    told = [replace(one, where=names.get(one.where) or readable(one.where)) for one in findings]
    return replace(deposit, wanted=wanted), told


def to_answer(deposit: Deposit, refusal: Finding) -> Finding:
    """A refusal of a file as `check` says it: of a package a wrong digest is an error, for which there is an answer."""
    if deposit.foreign is None or refusal.code != "ingest.digest-differs":
        return refusal
    return replace(refusal, code="foreign.digest-differs", severity="error")
