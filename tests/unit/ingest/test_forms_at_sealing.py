"""The forms that a package holds: as of its sealing, main and internal volume apart, small, and safe to open."""

from __future__ import annotations

from pathlib import Path

from tests.support.numbered import BODY, numbering_archive, take_in

HOSTILE = "<script>alert(1)</script>\u202e题名"
PAPERS = [
    {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查", "pages": 3, "title": HOSTILE},
    {"file": "决定书.txt", "kind": "集体讨论记录", "stage": "决定", "volume": "副卷", "pages": 2},
]


def test_a_package_holds_the_forms_of_each_volume(tmp_path: Path) -> None:
    archive = numbering_archive(tmp_path)
    take_in(archive, tmp_path, "一号", objects=PAPERS)
    archive.close()
    (folder,) = (archive.home.store / "packages").glob("*/data/*/documentation")
    main = (folder / "forms.html").read_text(encoding="utf-8")
    inner = (folder / "forms-inner.html").read_text(encoding="utf-8")
    assert "案卷封面" in main and "卷内备考表" in main and BODY in main and "1–3" in main
    assert "集体讨论记录" not in main and "集体讨论记录" in inner
    assert "<script" not in main and "\u202e" not in main and "&lt;script&gt;" in main
    assert (folder / "forms.html").stat().st_size < 10_000
    mets = (folder.parent / "METS.xml").read_text(encoding="utf-8")
    assert "documentation/forms.html" in mets and "documentation/forms-inner.html" in mets
