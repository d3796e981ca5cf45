"""The description that an export says, by the mapping of its system; what the mapping does not hold is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import unquote, urlsplit

from preserve.clock import CHINA
from preserve.description.moments import day_of, iso
from preserve.ingest.case_systems.profile import Rows, System

_DAYS = {"start", "closed", "end", "date", "returned"}
_MOMENTS = {"when", "recording_start", "stored"}
_OF_MEASURES = {"start", "end"}
_LONGEST = 2000
_MOST_NODES = 500_000


@dataclass(slots=True)
class Mapped:
    """`content` in the shape of a description, its files by the names that the export gives them (`files`).

    `unknown` are names in the export that no field takes, `odd` values that mean nothing here, by field.
    """

    content: dict[str, Any]
    files: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)


def cases_in(tree: Any, system: System) -> list[Mapping[str, Any]]:
    """The cases of an export: wherever `case` leads to something that has the marks of the system.

    The lines of a table that give the same case (a line a document) are one case.
    """
    for path in system.case:
        found = [node for node in _nodes(tree, path) if isinstance(node, Mapping) and _marked(node, system)]
        if found:
            return _together(found, system)
    return []


def _marked(node: Mapping[str, Any], system: System) -> bool:
    return all(any(True for _ in values(node, mark)) for mark in system.marks)


def _together(found: Sequence[Mapping[str, Any]], system: System) -> list[Mapping[str, Any]]:
    """Lines of one case number become one, whose lines stand under `lines`."""
    cases: dict[str, list[Mapping[str, Any]]] = {}
    for number, node in enumerate(found):
        key = next((text for path in system.fields.get("case_number", ()) for text in values(node, path)), "")
        cases.setdefault(key or f"\0{number}", []).append(node)
    return [{**lines[0], "lines": list(lines)} if _has_lines(system) else lines[0] for lines in cases.values()]


def _has_lines(system: System) -> bool:
    return any(path == "lines" for rows in system.row for path in rows.at)


def _nodes(tree: Any, path: str) -> Iterator[Any]:
    """What stands at a path; lists on the way, and at its end, are gone through."""
    if isinstance(tree, list):
        for one in tree:
            yield from _nodes(one, path)
    elif not path:
        yield tree
    elif isinstance(tree, Mapping):
        name, _, rest = path.partition(".")
        if name == "*":
            for one in tree.values():
                yield from _nodes(one, rest)
        elif name in tree:
            yield from _nodes(tree[name], rest)


def values(tree: Any, path: str) -> Iterator[str]:
    """The texts at a path that say something."""
    for node in _nodes(tree, path):
        if isinstance(node, bool) or node is None or isinstance(node, Mapping):
            continue
        if isinstance(node, float) and node.is_integer():
            node = int(node)
        if text := str(node).strip()[:_LONGEST]:
            yield text


def mapped(case: Mapping[str, Any], system: System, zone: tzinfo = CHINA) -> Mapped:
    """What one case of an export says."""
    found = Mapped({})
    for name, paths in system.fields.items():
        text = next((text for path in paths for text in values(case, path)), "")
        text = _word(found, system, name, text, zone, measures=False)
        if text:
            head, _, inner = name.partition(".")
            if inner:
                found.content.setdefault(head, {})[inner] = text
            else:
                found.content[head] = text
    for rows in system.row:
        made = [row for node in _rows_at(case, rows) for row in _row(found, node, rows, system, zone)]
        known = found.content.setdefault(rows.sheet, [])
        known += [row for row in made if row not in known]
    found.content = {name: value for name, value in found.content.items() if value not in ([], "")}
    found.files = [row["file"] for row in found.content.get("objects", ()) if row.get("file")]
    found.unknown = _unknown(case, system)
    return found


def _rows_at(case: Mapping[str, Any], rows: Rows) -> Iterator[Any]:
    for path in rows.at:
        yield from _nodes(case, path)


def _row(found: Mapped, node: Any, rows: Rows, system: System, zone: tzinfo) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = dict(rows.fixed)
    several: list[str] = []
    for name, paths in rows.fields.items():
        text = next((text for path in paths for text in values(node, path)), "")
        if name == "file":
            text = file_name(text)
        elif rows.split and name == next(iter(rows.fields)):
            several = [part.strip() for part in _split(text, rows.split) if part.strip()]
            continue
        text = _word(found, system, name, text, zone, measures=rows.sheet == "measures")
        if text:
            row[name] = text
    if rows.split:
        yield from ({**row, next(iter(rows.fields)): one} for one in several)
    elif set(row) - set(rows.fixed):
        yield row


def _split(text: str, signs: str) -> list[str]:
    for sign in signs[1:]:
        text = text.replace(sign, signs[0])
    return text.split(signs[0]) if signs else [text]


def file_name(written: str) -> str:
    """The path of a file from what an export says: of an address its last part, else as it is, with `/` between."""
    if "://" in written:
        parts = urlsplit(written)
        return unquote(parts.path).rpartition("/")[2]
    return written.replace("\\", "/").lstrip("/")


def _word(found: Mapped, system: System, name: str, text: str, zone: tzinfo, *, measures: bool) -> str:
    """A value in the words of the description: by the codes of its field, as a day or a moment where it is one."""
    if not text:
        return ""
    codes = system.codes.get(name)
    if codes is not None:
        if text in codes:
            return codes[text]
        if text not in codes.values():
            found.odd[name] = text
            return ""
    if name in _MOMENTS or (measures and name in _OF_MEASURES):
        return _moment(text, system, zone)
    if name in _DAYS:
        return day_of(_moment(text, system, zone)) or text
    return text


def _moment(text: str, system: System, zone: tzinfo) -> str:
    for form in system.dates:
        try:
            if form in ("ms", "s"):
                seconds = int(text) / (1000 if form == "ms" else 1)
                return datetime.fromtimestamp(seconds, UTC).astimezone(zone).replace(tzinfo=None).isoformat()
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007  local time of the bureau
        except (ValueError, OverflowError, OSError):
            continue
    return iso(text) or text


def _unknown(case: Mapping[str, Any], system: System) -> list[str]:
    """The paths in an export that hold something and that nothing of the mapping reads.

    What stands in each line of a table is read as of the case too, and the other way round.
    """
    known = {path for paths in system.fields.values() for path in paths} | set(system.ignored)
    for rows in system.row:
        for at in rows.at:
            known |= {f"{at}.{path}" if at else path for paths in rows.fields.values() for path in paths}
    known = {path.removeprefix("lines.") for path in known}
    found: dict[str, None] = {}
    for count, leaf in enumerate(_leaves(case.get("lines", case), "")):
        if count > _MOST_NODES:
            break
        if leaf not in known and not any(leaf.startswith(one + ".") for one in system.ignored):
            found[leaf] = None
    return list(found)


def _leaves(tree: Any, path: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for name, inner in tree.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(tree, list):
        for inner in tree:
            yield from _leaves(inner, path)
    elif tree not in (None, "", False):
        yield path
