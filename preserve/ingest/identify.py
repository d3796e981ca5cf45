"""Asks two identifiers, keeps both answers, says which stands by a rule in data, and tells when they differ."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from preserve import __version__
from preserve.ingest.facts import Answer, Identification
from preserve.ingest.identifiers import pronom, siegfried
from preserve.profiles import read_profile


class OwnSignature(BaseModel):
    """A signature of this project for what PRONOM lacks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    mime: str
    extensions: tuple[str, ...]
    head: str
    member: str = ""
    same_as: str = ""


class IdentificationProfile(BaseModel):
    """`profiles/identification.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grounds: tuple[str, ...]
    newest: str
    signature: tuple[OwnSignature, ...]


@cache
def _profile() -> IdentificationProfile:
    return read_profile("identification.toml", IdentificationProfile)


def identify(path: Path, name: str, size: int) -> Identification:
    """What one file is. `name` is the depositor's, for its extension."""
    return identify_files([(path, name, size)])[0]


def identify_files(files: Sequence[tuple[Path, str, int]]) -> list[Identification]:
    """What each file is, in order; many at once cost less."""
    present = [(path, name, size) for path, name, size in files if size > 0]
    second = iter(siegfried.answers([path for path, _, _ in present]))
    found = []
    for path, name, size in files:
        if size == 0:
            empty = Finding("format.empty", name, "error")
            found.append(
                Identification(None, "empty file", "", "application/octet-stream", "none", (), False, (empty,))
            )
            continue
        own = _own(path, name)
        answers = (pronom.answer(path, name, size), next(second), *([own] if own else []))
        found.append(_stands(answers, name))
    return found


def _own(path: Path, name: str) -> Answer | None:
    extension = os.path.splitext(name)[1].lower().lstrip(".")
    for one in _profile().signature:
        if extension not in one.extensions:
            continue
        with path.open("rb") as stream:
            if not stream.read(len(one.head) // 2).hex().startswith(one.head):
                continue
        if one.member and not _has_member(path, one.member):
            continue
        return Answer(
            "preserve-extensions", __version__, "identification.toml", one.id, one.name, "", one.mime, "signature"
        )
    return None


def _has_member(path: Path, member: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return member in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _stands(answers: tuple[Answer, ...], name: str) -> Identification:
    profile = _profile()
    own = next((a for a in answers if a.identifier == "preserve-extensions"), None)

    def rank(answer: Answer) -> tuple[int, bool]:
        return profile.grounds.index(answer.basis), answer.identifier != profile.newest

    best = min((a for a in answers if a is not own), key=rank)
    # Ours only counts where PRONOM knows no better than the outer container.
    if own is not None and (best.puid is None or best.basis == "extension" or _outer(best)):
        best = own
    others = [a for a in answers if a is not best and a.puid is not None and a.identifier != "preserve-extensions"]
    differing = [a for a in others if a.puid != best.puid and a.basis not in ("extension", "none") and best is not own]
    findings = []
    if best.puid is None:
        findings.append(Finding("format.unknown", name, "warning"))
    elif best.basis == "extension":
        findings.append(Finding("format.by-extension-only", name, "warning", {"format": best.name}))
    if differing:
        said = ", ".join(f"{a.identifier}: {a.puid}" for a in (best, *differing))
        findings.append(Finding("format.identifiers-disagree", name, "warning", {"answers": said}))
    if best.basis in ("container", "signature") and best is not own and "extension mismatch" in _warnings(answers):
        findings.append(Finding("format.extension-lies", name, "warning", {"format": best.name}))
    return Identification(
        best.puid,
        best.name or "unknown",
        best.format_version,
        (best.mime or "application/octet-stream").split(",")[0].strip(),
        best.basis,
        answers,
        bool(differing),
        tuple(findings),
    )


def _warnings(answers: tuple[Answer, ...]) -> str:
    return " ".join(answer.warning for answer in answers)


_OUTER = {"fmt/111", "x-fmt/263", "fmt/189"}


def _outer(answer: Answer) -> bool:
    """OLE2 and zip are only the wrapping of a document."""
    return answer.puid in _OUTER or answer.puid in {"fmt/40", "fmt/61", "fmt/126", "fmt/39", "x-fmt/394"}
