"""What makes a disc or drive explain itself: a text, a page, verifiers and a list of digests, in its top folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from preserve.archival_storage.guide import page
from preserve.visible_text import one_line
from storage_adapters.durable import write_file
from storage_adapters.medium_errors import FILE
from storage_adapters.registry import traits_of

README = "先读我-README.txt"
PAGE = "index.html"
MANIFEST = "manifest-sha256.txt"
PARTS = "parts.json"
PROGRAMS = ("verify.ps1", "verify.py")
OWN = (README, PAGE, MANIFEST, *PROGRAMS)
_FOR_ALL = (README, *PROGRAMS)  # the page names cases

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOT_IN_PATHS = re.compile("[\x00-\x1f\x7f\\\\\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class GuideMedium:
    """The medium as its guide presents it.

    `kind` is the name of an installed adapter; `made` a moment in UTC (RFC 3339); `volume` counts from 1 to `volumes`.
    """

    identity: str
    label: str
    title: str
    institution: str
    contact: str
    kind: str
    volume: int
    volumes: int
    made: str
    archive_id: str
    set_name: str


@dataclass(frozen=True, slots=True)
class GuideCase:
    """A case on the medium; `name` is its package's folder below `packages/`, `size` in bytes, `closed` a date.

    `part` is empty for a whole package, `files` where only some of its files are here, `ranges` where parts of files
    are. `manifest_sha256` is the digest of the package's manifest-sha256.txt.
    """

    name: str
    case_number: str
    archival_number: str
    title: str
    closed: str
    files: int
    size: int
    manifest_sha256: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class GuideFile:
    """A file on the medium: its path below the top folder, with `/`; size in bytes; SHA-256 in lower-case hex."""

    path: str
    size: int
    sha256: str


def write_guide(target: Path, medium: GuideMedium, cases: Sequence[GuideCase], files: Iterable[GuideFile]) -> list[str]:
    """Write the guide into the medium's future top folder; return the names of its files, sorted.

    `files` are all other files of the medium; those with the guide's own names are passed over, since it replaces them.
    The same input gives the same bytes. A part of a divided package is best a bag of its own in `parts/<name>/`, with
    `Bag-Count` in its bag-info.txt, whole files below `data/files/`, ranges below `data/ranges/`, and `ranges.json`.
    Where it lies below `packages/<name>/` instead, `parts.json` is written, which says what of it is here (unless the
    caller gives that file); a range must then bear a name that the package's own manifest does not list.

    Raises ValueError for a path that a list cannot hold or that leaves the folder, for two digests of one path and for
    a part that is none; the medium's errors (StorageError) where it cannot be written.
    """
    others = _sorted(files)
    for case in cases:
        _check_path(f"packages/{case.name}")
        if "/" in case.name or case.part not in ("", "files", "ranges"):
            raise ValueError(f"not a package on a medium: {case.name!r}, {case.part!r}")
    contents: dict[str, bytes] = {}
    here = _partly_here(medium, cases, others)
    if here and all(file.path != PARTS for file in others):
        contents[PARTS] = (json.dumps(here, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    contents["verify.py"] = page.template("verify.py").encode()
    contents["verify.ps1"] = _for_windows(page.template("verify.ps1"))
    places = page.key_places(others)
    values = _values(medium, cases, others, places)
    contents[README] = _for_windows(page.fill(page.template("readme.zh.txt") + page.template("readme.en.txt"), values))
    listed = sorted([*others, *_as_files(contents)], key=lambda file: file.path)
    contents[PAGE] = page.render(
        {**values, "PAGE_TITLE": f"{values['LABEL']} {values['TITLE']}".strip(), "README_HREF": quote(README)},
        page.case_rows(cases, places),
        page.embedded(OWN, listed),
    ).encode()
    listed = sorted([*listed, *_as_files({PAGE: contents[PAGE]})], key=lambda file: file.path)
    contents[MANIFEST] = "".join(f"{file.sha256}  {file.path}\n" for file in listed).encode()
    for name, data in sorted(contents.items()):
        # On a drive the rest is for the archive's account; what tells a stranger what this is must be readable to them.
        write_file(target / name, data, mode=0o644 if name in _FOR_ALL else FILE)
    return sorted(contents)


def _sorted(files: Iterable[GuideFile]) -> list[GuideFile]:
    """The files by path, each once and checked, without the guide's own."""
    known: dict[str, GuideFile] = {}
    for file in files:
        if file.path in OWN:
            continue
        _check_path(file.path)
        if not _DIGEST.fullmatch(file.sha256) or file.size < 0:
            raise ValueError(f"not a SHA-256 in lower-case hex, or not a size: {file}")
        if known.setdefault(file.path, file) != file:
            raise ValueError(f"two digests of one path: {file.path!r}")
    return [known[path] for path in sorted(known)]


def _check_path(path: str) -> None:
    # sha256sum escapes backslashes and line ends in a way of its own, which no other reader understands.
    if _NOT_IN_PATHS.search(path) or re.match("[A-Za-z]:", path) or {"", ".", ".."} & set(path.split("/")):
        raise ValueError(f"not a path on a medium: {path!r}")


def _as_files(contents: dict[str, bytes]) -> list[GuideFile]:
    return [GuideFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in contents.items()]


def _for_windows(text: str) -> bytes:
    """UTF-8 with byte order mark and CRLF: what every Notepad shows, and Windows PowerShell 5.1 reads as UTF-8."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def _partly_here(
    medium: GuideMedium, cases: Sequence[GuideCase], files: Sequence[GuideFile]
) -> dict[str, dict[str, object]]:
    """Which files of the packages are here that lie below `packages/` without being whole."""
    here: dict[str, list[str]] = {case.name: [] for case in cases if case.part}
    for file in files:
        steps = file.path.split("/", 2)
        if len(steps) == 3 and steps[0] == "packages" and steps[1] in here:
            here[steps[1]].append(steps[2])
    return {
        name: {"volume": medium.volume, "volumes": medium.volumes, "files": paths}
        for name, paths in here.items()
        if paths
    }


def _values(
    medium: GuideMedium, cases: Sequence[GuideCase], files: Sequence[GuideFile], places: Mapping[str, object]
) -> dict[str, str]:
    """What the templates are filled with, as plain text on one line each."""
    size = sum(file.size for file in files)
    traits = traits_of(medium.kind)
    chinese, name = traits.name_zh or medium.kind, traits.name_en or medium.kind
    english = f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    values = {
        "IDENTITY": medium.identity,
        "LABEL": medium.label,
        "TITLE": medium.title,
        "INSTITUTION": medium.institution,
        "CONTACT": medium.contact,
        "KIND": f"{chinese} {english}",
        "KIND_ZH": chinese,
        "KIND_EN": english,
        "VOLUME": str(medium.volume),
        "VOLUMES": str(medium.volumes),
        "MADE": medium.made,
        "ARCHIVE": medium.archive_id,
        "SET": medium.set_name,
        "COUNT": str(len(cases)),
        "FILES": f"{len(files):,}",
        "BYTES": f"{size:,}",
        "SIZE": page.readable(size),
    }
    lines = {name: one_line(value) for name, value in values.items()}
    return {**lines, "CASES_ZH": _case_lines(cases, places, "结案"), "CASES_EN": _case_lines(cases, places, "closed")}


def _case_lines(cases: Sequence[GuideCase], places: Mapping[str, object], closed: str) -> str:
    return "\n".join(
        f"  {one_line(case.case_number)}  {one_line(case.title)}\n"
        f"      {one_line(case.archival_number)}  {closed} {one_line(case.closed)}\n"
        f"      {page.folder_of(case, places)}"
        for case in cases
    )
