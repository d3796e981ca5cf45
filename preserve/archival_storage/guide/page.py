"""The page of a medium: its list of cases as HTML that needs no script, and the digests its verifier compares with."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files as resources
from typing import TYPE_CHECKING
from urllib.parse import quote

from preserve.visible_text import one_line, visible

if TYPE_CHECKING:
    from preserve.archival_storage.guide import GuideCase, GuideFile

EMBEDDED_FILES = 20_000  # about 4 MB of digests; browsers open that at once, and ten times as much no longer

_PARTS = {
    "files": "只有一部分文件在本卷 Only some of its files are on this volume",
    "ranges": "只有一部分在本卷，且有文件被分段 Only partly on this volume, some files divided",
}
# What a reader wants first, in this order: where it lies below a package's folder, and what it is called.
_KEYS = (
    (re.compile(r"((?:data/files/)?data/[^/]+/representations/original/data)/."), "原件", "originals"),
    (re.compile(r"((?:data/files/)?data/[^/]+/representations/preservation/data)/."), "保存件", "preservation"),
    (re.compile(r"((?:data/files/)?data/[^/]+/representations/access/data)/."), "利用件", "access"),
    (re.compile(r"((?:data/files/)?data/[^/]+/documentation/findings\.html)$"), "入库检查", "findings"),
    (re.compile(r"((?:data/files/)?data/[^/]+/metadata/descriptive/case\.json)$"), "case.json", "description"),
    (re.compile(r"((?:data/files/)?data/[^/]+/METS\.xml)$"), "METS.xml", "contents"),
    (re.compile(r"(manifest-sha256\.txt)$"), "清单", "digests"),
)


def template(name: str) -> str:
    """The text of a file that lies beside this module."""
    return resources(__package__).joinpath(name).read_text(encoding="utf-8")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values at their places `@@NAME@@`, in one pass, so that a value's own text is never a place."""
    return re.sub(r"@@([A-Z_]+)@@", lambda match: values[match[1]], text)


def readable(size: int) -> str:
    """Bytes for people, in powers of 1000 as drives and discs are sold."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    return f"{size} B" if unit == "B" else f"{value:.3g} {unit}" if value < 999.5 else f"{value:.0f} {unit}"


def key_places(files: Iterable[GuideFile]) -> dict[str, dict[str, str]]:
    """For each package's or part's folder (`packages/<name>/`, `parts/<name>/`) its key files and folders, by name."""
    by_folder: dict[str, dict[str, str]] = {}
    for file in files:
        steps = file.path.split("/", 2)
        if steps[0] in ("packages", "parts") and len(steps) == 3:
            places = by_folder.setdefault(f"{steps[0]}/{steps[1]}/", {})
            for pattern, _, english in _KEYS:
                if english not in places and (match := pattern.match(steps[2])):
                    places[english] = match[1] + ("/" if match.end() > match.end(1) else "")
    return by_folder


def folder_of(case: GuideCase, places: Mapping[str, object]) -> str:
    """Where a case lies on the medium: as a whole package, or as a part of one."""
    part = f"parts/{case.name}/"
    return part if part in places else f"packages/{case.name}/"


def case_rows(cases: Sequence[GuideCase], places: Mapping[str, Mapping[str, str]]) -> str:
    """The rows of the table of cases; `places` as `key_places` gives them."""
    return "\n".join(_row(case, folder_of(case, places), places) for case in cases)


def _row(case: GuideCase, base: str, by_folder: Mapping[str, Mapping[str, str]]) -> str:
    places = by_folder.get(base, {})

    def text(value: str) -> str:
        return html.escape(one_line(value))

    links = [
        f'<a href="{html.escape(quote(base + places[english]))}">{chinese} <span class="en">{english}</span></a>'
        for _, chinese, english in _KEYS
        if english in places
    ]
    part = f'<span class="part">{_PARTS[case.part]}</span>' if case.part else ""
    return (
        f'<tr><td class="case" data-name="案号"><bdi>{text(case.case_number)}</bdi>'
        f'<span class="small"><bdi>{text(case.archival_number)}</bdi></span></td>'
        f'<td><span class="title"><bdi>{text(case.title)}</bdi></span> {part}'
        f'<span class="small"><a class="code" href="{html.escape(quote(base))}">{text(base)}</a></span>'
        f'<span class="small links">{" ".join(links)}</span>'
        f'<span class="small">清单的数字摘要 <span class="en">SHA-256 of its manifest</span> '
        f"<code>{text(case.manifest_sha256)}</code></span></td>"
        f'<td class="date" data-name="结案日期">{text(case.closed)}</td>'
        f'<td class="number" data-name="文件">{case.files:,}</td>'
        f'<td class="number" data-name="大小" title="{case.size:,} B">{readable(case.size)}</td></tr>'
    )


def embedded(guide: Sequence[str], files: Sequence[GuideFile]) -> str:
    """What the page's script reads, as JSON that cannot end its element; no digests where there are too many."""
    rows = [[file.path, file.size, file.sha256] for file in files] if len(files) <= EMBEDDED_FILES else None
    said = json.dumps({"guide": list(guide), "files": rows}, ensure_ascii=False, separators=(",", ":"))
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def render(values: Mapping[str, str], rows: str, data: str) -> str:
    """The whole page; `values` are plain text and escaped here."""
    plain = {name: html.escape(visible(value, keep="\n")) for name, value in values.items()}
    return fill(
        template("index.html"),
        {
            **plain,
            "CASES": rows,
            "DATA": data,
            "HASH_WASM": template("hash-wasm-sha256.umd.min.js"),
            "HASHING": template("hashing.js").rstrip("\n"),
            "PICKING": template("picking.js").rstrip("\n"),
            "LICENCE": html.escape(template("hash-wasm-LICENSE.txt")),
        },
    )
