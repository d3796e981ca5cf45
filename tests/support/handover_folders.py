"""Hand-over folders made on the spot, with the slips that real ones have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from preserve.ingest.foreign.handover import handover_folders
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.foreign.registry import recognise
from preserve.ingest.sources.archives import ZipSource
from preserve.ingest.sources.folder import FolderSource

_BYTES = {"gb2312": "gb18030"}  # Python writes no · in GB 2312, other programs do
NUMBER = "J001-ZY·ZF·2026·D30-001"


def catalogue(
    rows: Sequence[Mapping[str, str]], row: str = "文件", root: str = "文件目录", encoding: str = "utf-8"
) -> bytes:
    """A catalogue; each line with its values by their names."""
    lines = "".join(
        f"<{row}>{''.join(f'<{name}>{value}</{name}>' for name, value in one.items())}</{row}>" for one in rows
    )
    return f'<?xml version="1.0" encoding="{encoding.upper()}"?>\n<{root}>{lines}</{root}>'.encode(
        _BYTES.get(encoding, encoding)
    )


def dat93(folder: Path, cases: int = 1, papers: int = 2, **statement: str) -> Path:
    """A package of DA/T 93 with so many cases of so many papers."""
    rows = []
    for case in range(1, cases + 1):
        for paper in range(1, papers + 1):
            number = f"J001-ZY·ZF·2026·D30-{case:03}-{paper:03}"
            rows.append(
                {
                    "顺序号": str(len(rows) + 1),
                    "档号": number,
                    "题名": f"文书{paper}",
                    "日期": f"2026030{paper}",
                    "保管期限": "30年",
                }
            )
            put(folder / f"J001/ZY/2026/{number}/文书{paper}.txt", f"{case}-{paper}".encode())
            put(folder / f"J001/ZY/2026/{number}/电子档案元数据.XML", catalogue([{"档号": number}], "件", "元数据"))
    put(folder / "目录文件.XML", catalogue(rows))
    lines = {
        "移交单位": "某某支队",
        "内容描述": "行政处罚案件",
        "起止档号": f"{rows[0]['档号']}～{rows[-1]['档号']}",
        "档案数量": str(len(rows)),
        "软硬件环境": "通用",
        **statement,
    }
    put(folder / "说明文件.TXT", "".join(f"{name}：{text}\r\n" for name, text in lines.items()).encode())
    return folder


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def read(place: Path) -> ForeignPackage:
    """The package at a place, by whichever reader recognises it."""
    source = FolderSource(place) if place.is_dir() else ZipSource(place)
    entries = [entry for entry in source.entries() if entry.kind == "file"]
    found = recognise(source, entries, "", bag=False)
    assert found is not None
    assert found[0].kind in {reader.kind for reader in handover_folders(None)} | {"eep"}
    return found[0].read(source, entries, found[1])
