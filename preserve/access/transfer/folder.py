"""A case as a hand-over folder (移交包): a folder for each record, catalogue, statement, and the rest in 其他/.

The dialects (DA/T 93-2022 annex B, 档发〔2012〕7号 annex 2) are data in `profiles/transfer.toml`. What is laid out
depends on the package alone, so that it can be reckoned again when it is read back.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from sqlalchemy import Connection

from preserve.access.transfer.folder_names import FolderNames
from preserve.access.transfer.model import Item
from preserve.access.transfer.profile import TransferProfile
from preserve.administration.numbering.pattern import UNKNOWN_YEAR
from preserve.data_management import cases, object_index
from preserve.data_management.object_index import DESCRIPTIONS, ObjectRow
from preserve.description.legacy import closed
from preserve.description.matching import described
from preserve.description.schema import CaseDescription, CaseObject
from preserve.home import Home
from storage_adapters.contract import ExpectedFile

DIALECTS: Mapping[str, str] = {"handover": "dat93", "handover-2012": "2012"}
"""The dialect of each form of transfer that is a hand-over folder."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Layout:
    """Where each file of the information package goes (`files`, by its path there), and the texts beside them."""

    files: dict[str, str] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Record:
    number: str
    row: ObjectRow
    about: CaseObject | None
    folder: str
    name: str


def lay_out(
    home: Home,
    connection: Connection,
    profile: TransferProfile,
    form: str,
    item: Item,
    expected: Sequence[ExpectedFile],
) -> Layout:
    """The hand-over folder of one case. `expected` are the package's files with their digests."""
    names = profile.handover[DIALECTS[form]]
    case = cases.read(connection, item.objid).description
    rows = object_index.of_version(connection, item.objid, int(item.package.rpartition("_v")[2]))
    base = f"data/{item.objid}/"
    digests = {file.path.removeprefix(base): file.digests["sha256"] for file in expected if file.path.startswith(base)}
    records = list(_records(case, item, names, [row for row in rows if row.representation == "original"]))
    layout = Layout()
    for record in records:
        layout.files[f"representations/original/{record.row.path}"] = f"{record.folder}/{record.name}"
        values = _values(home, profile, case, record)
        layout.texts[f"{record.folder}/{names.metadata}"] = _xml(names, names.metadata_root, [values])
    for path in sorted(digests.keys() - layout.files.keys()):
        layout.files[path] = f"{names.others}/{names.package}/{path}"
    lines = [_line(names, number, _values(home, profile, case, record)) for number, record in enumerate(records, 1)]
    layout.texts[names.catalogue] = _xml(names, names.list_root, lines, names.list_row)
    layout.texts[names.statement] = _statement(home, profile, names, item, records)
    listed = {**{to: digests[path] for path, to in layout.files.items()}, **_digests(layout.texts)}
    layout.texts[f"{names.others}/{names.digests}"] = "".join(
        f"{digest}  {path}\n" for path, digest in sorted(listed.items())
    ).encode()
    return layout


def _digests(texts: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in texts.items()}


def _records(
    case: CaseDescription, item: Item, names: FolderNames, originals: Sequence[ObjectRow]
) -> Sequence[_Record]:
    """A record for each deposited file that is a paper or recording of the case, numbered in their order."""
    objects = described(case)
    whole = safe(item.archival_number or item.case_number)
    parts = whole.split("-")
    places = {
        "fonds": parts[0],
        "category": parts[1] if len(parts) > 2 else "ZY",
        "year": closed(case)[:4] or UNKNOWN_YEAR,
    }
    found: list[_Record] = []
    for row in originals:
        if row.path in DESCRIPTIONS:
            continue
        number = f"{whole}-{len(found) + 1:03}"
        folder = names.records.format(**places, number=number)
        name = row.path.rpartition("/")[2]
        # Metadata are known by their name alone: a deposited file of that name goes by another.
        name = f"_{name}" if name.casefold().endswith("元数据.xml") else name
        found.append(_Record(number, row, objects.find(row.deposited or row.name), folder, name))
    return found


def safe(number: str) -> str:
    """A number as the name of a folder on any system."""
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", number)).strip(" .")
    return plain or "_"


def _values(home: Home, profile: TransferProfile, case: CaseDescription, record: _Record) -> dict[str, str]:
    """What is said of a record, by the names that catalogue and metadata have for it."""
    about, row = record.about, record.row
    level = ((about.classification if about else None) or case.classification).value
    kept = ((about.retention if about else None) or case.retention).value
    day = about.date if about else None
    return {
        "档号": record.number,
        "全宗名称": home.settings.institution,
        "案号": case.case_number,
        "文号": about.doc_number if about else "",
        "责任者": ((about.responsible or about.maker) if about else "") or case.producer.name,
        "题名": ((about.title or about.kind) if about else "") or row.name,
        "日期": day.strftime("%Y%m%d") if day else "",
        "文种": about.kind if about else "",
        "保管期限": profile.retention.get(kept, kept),
        "密级": profile.secrecy.get(level, level),
        "页数": str(about.pages) if about and about.pages else "",
        "电子档案名称": record.name,
        "原文件名": row.name,
        "文件大小": str(row.size),
        "格式信息": " ".join(filter(None, (row.format_name, row.format_version, row.puid or ""))),
        "摘要算法": "SHA-256",
        "数字摘要": row.sha256,
        "备注": about.note if about else "",
    }


def _line(names: FolderNames, number: int, values: Mapping[str, str]) -> dict[str, str]:
    return {column: str(number) if column == "顺序号" else values.get(column, "") for column in names.columns}


def _xml(names: FolderNames, root: str, lines: Sequence[Mapping[str, str]], row: str = "") -> bytes:
    """One element a line, or the root itself where `row` is empty; an empty value is an empty element."""
    parts = [f'<?xml version="1.0" encoding="{names.encoding.upper()}"?>\n<{root}>\n']
    for line in lines:
        body = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in line.items())
        parts.append(f"  <{row}>{body}</{row}>\n" if row else body + "\n")
    parts.append(f"</{root}>\n")
    return "".join(parts).encode(names.encoding)


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", value))


def _statement(
    home: Home, profile: TransferProfile, names: FolderNames, item: Item, records: Sequence[_Record]
) -> bytes:
    """`键：值` line by line."""
    known = {
        "移交单位": home.settings.institution,
        "保管单位": home.settings.institution,
        "制作单位": home.settings.institution,
        "检查单位": home.settings.institution,
        "内容描述": item.title,
        "起止档号": "～".join(dict.fromkeys(record.number for record in (*records[:1], *records[-1:]))),
        "档案数量": str(len(records)),
        "软硬件环境": names.environment,
        "载体类型": profile.eep.carrier,
        "载体编号": "1",
        "载体数量": "1",
    }
    lines = (f"{name}：{' '.join(known.get(name, '').split())}\r\n" for name in names.statement_lines)
    return "".join(lines).encode(names.encoding)
