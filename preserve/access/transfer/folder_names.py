"""The shape of `[handover]` in `profiles/transfer.toml`: names and order of a hand-over folder."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class FolderNames(BaseModel):
    """One dialect. `records` is the folder of a record, with `{fonds}`, `{category}`, `{year}` and `{number}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Literal["utf-8", "gb18030"]
    statement: str
    statement_lines: tuple[str, ...]
    catalogue: str
    columns: tuple[str, ...]
    records: str
    metadata: str
    others: str = "其他"
    list_root: str = "文件目录"
    list_row: str = "文件"
    metadata_root: str = "电子档案元数据"
    environment: str = "通用"
    package: str = "信息包"
    digests: str = "数字摘要.sha256"
