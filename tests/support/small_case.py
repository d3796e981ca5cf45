"""A case of two texts, taken in by this process; and a progress that interrupts where a stage begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from metadata.findings import Value
from preserve.administration.founding import found
from preserve.data_management.archive import Archive, open_archive
from preserve.ingest.runner import Answerer, Result, run
from preserve.progress import Silent, Unit
from tests.support.tiny_case import answers_for


def small_archive(path: Path) -> Archive:
    """A new archive, open in this process."""
    found(path, institution="某局", policy="lossless", store=None, digests=("sha256", "sm3"), language="zh")
    return open_archive(path)


def small_case(folder: Path, number: str) -> Path:
    """A small closed case: two texts, of which one is put into UTF-8."""
    case = folder / "case"
    case.mkdir()
    (case / "笔录.txt").write_text("现场检查笔录\n" * 20, encoding="utf-8")
    (case / "旧笔录.txt").write_text("当事人陈述，现场检查笔录\n" * 20, encoding="gb18030")
    content: dict[str, Any] = {
        "case_number": number,
        "case_type": "检查",
        "title": number,
        "cause": "测试",
        "producer": {"name": "某局"},
        "start": "2026-01-05",
        "closed": "2026-02-02",
        "objects": [{"file": name, "kind": "文书", "stage": "调查"} for name in ("笔录.txt", "旧笔录.txt")],
    }
    content["acceptances"] = answers_for(content)
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return case


class Interrupting(Silent):
    """Raises an error when a stage begins."""

    def __init__(self, code: str, error: BaseException) -> None:
        super().__init__()
        self.code, self.error = code, error

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """Raises at that code."""
        super().begin(code, total, files)
        if code == self.code:
            raise self.error


def ingest(archive: Archive, case: Path, watcher: Silent | None = None) -> Result:
    """Take a case in, in this process."""
    return run(
        archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=watcher or Silent()
    )


def left_over(archive: Archive) -> list[str]:
    """What lies where packages are made."""
    folders = (archive.home.work, archive.home.store / "incoming")
    return [path.name for folder in folders for path in folder.iterdir() if path.suffix != ".lock"]


def roles_of(package: Path) -> set[str]:
    """The representations that have texts."""
    base = package / "data" / package.name.rpartition("_v")[0] / "representations"
    return {role.name for role in base.iterdir() if any((role / "data").glob("*.txt"))}


def old_case(folder: Path, number: str, **mark: Any) -> Path:
    """The same as an old case of which neither cause nor days are known, and nobody answers for anything."""
    case = small_case(folder, number)
    content = json.loads((case / "case.json").read_text(encoding="utf-8"))
    for name in ("cause", "start", "closed", "acceptances"):
        content.pop(name)
    not_known = ["cause", "start", "closed", "retention", "stages"]
    content["legacy"] = {"source": "案卷目录.xlsx 目录!5", "carrier": "光盘 CD-003", "not_known": not_known, **mark}
    (case / "case.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return case
