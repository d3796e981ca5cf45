"""The documents in a package for people: what it is and how to read it without us, and what was found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from metadata.findings import Finding
from preserve import __version__
from preserve.administration.printing.pages import shown
from preserve.description.legacy import closed
from preserve.description.vocabulary import read_vocabulary
from preserve.ingest.context import Ingest
from preserve.messages import hint, say

_README = """# {title}

案号 {case_number}　档号 {archival_number}

这是一个存档信息包（AIP）。读取它不需要任何专用软件。

- `representations/original/data/`：移交的原件，自归档之日起逐字节保存
- `representations/preservation/data/`：为长期保存转换的文件（如有）
- `representations/access/data/`：便于查看的小文件（如有）
- `metadata/descriptive/case.json`：案件著录表；`dc.xml`：都柏林核心著录
- `metadata/other/text.jsonl`：从各文件中提取的正文，每行一份（JSON），供检索使用（如有）
- `metadata/preservation/premis.xml`、`representations/*/metadata/preservation/premis.xml`：保存元数据（PREMIS 3.0），
  包括原文件名、数字摘要、格式、转换所用的程序和命令，以及怎样比对、结果如何
- `documentation/compliance.pdf`、`compliance.html`：合规检查报告；`findings.html`：归档时发现的问题
- `documentation/forms.html`：案卷封面、卷内文件目录、卷内备考表；副卷的在 `forms-inner.html`（如有）
- `documentation/explanatory-notes/`：作为证据的音像资料的说明（如有）
- 校验：在上两级目录（含 `bagit.txt`）运行 `sha256sum -c manifest-sha256.txt`，或使用任何 BagIt 工具

共 {files} 个原件，{size} 字节。由 preserve {version} 封装。

---

This is an archival information package (AIP). No special program is needed to read it.

- `representations/original/data/`: the originals, bit for bit as they were deposited
- `representations/preservation/data/`: files made to last (where there are any)
- `representations/access/data/`: small files that are easy to look at (where there are any)
- `metadata/descriptive/case.json`: the description of the case; `dc.xml`: Dublin Core
- `metadata/other/text.jsonl`: the text read out of the files, one a line (JSON), for searching (where there is any)
- `metadata/preservation/premis.xml`, `representations/*/metadata/preservation/premis.xml`: PREMIS 3.0 with the
  original file names, digests, formats, the programs and commands that made each derived file, how it was compared and
  with what result
- `documentation/compliance.pdf`, `compliance.html`: the compliance report; `findings.html`: what was found at ingest
- `documentation/forms.html`: cover, list of papers and note of the file; `forms-inner.html`: those of its internal
  volume (where there are any)
- `documentation/explanatory-notes/`: notes on recordings used as evidence (where there are any)
- to check it: two folders up (where `bagit.txt` lies) run `sha256sum -c manifest-sha256.txt`, or any BagIt tool

{files} originals, {size} bytes. Packaged by preserve {version}.
"""


def documents(ingest: Ingest, findings: Iterable[Finding], files: int, size: int) -> Iterator[tuple[str, str, bytes]]:
    """Name, MIME type and content of each document."""
    case = ingest.description
    order = ("refuse", "error", "warning", "note")
    known = sorted(findings, key=lambda finding: order.index(finding.severity))
    yield (
        "README.md",
        "text/plain",
        _README.format(
            title=case.title,
            case_number=case.case_number,
            archival_number=case.archival_number or "—",
            files=files,
            size=size,
            version=__version__,
        ).encode(),
    )
    yield "findings.json", "application/json", _as_json(known)
    yield "findings.html", "text/html", _as_page(ingest, known)


def _shown(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _sentence(finding: Finding) -> str:
    """What was found, and who answers for it."""
    told = " " + say("rule.accepted", **finding.values) if "accepted_by" in finding.values else ""
    return say(finding.code, **finding.values) + told


def _as_json(findings: list[Finding]) -> bytes:
    rows = [
        {
            "code": f.code,
            "severity": f.severity,
            "where": _shown(f.where),
            "values": dict(f.values),
            "message": _sentence(f),
        }
        for f in findings
    ]
    return (_shown(json.dumps(rows, ensure_ascii=False, indent=1)) + "\n").encode()


def _as_page(ingest: Ingest, findings: list[Finding]) -> bytes:
    """One self-contained page in the archive's language."""
    case = ingest.description
    rows = "".join(
        f'<tr class="{f.severity}"><td>{shown(say("ingest.severity-" + f.severity))}</td>'
        f"<td>{shown(str(f.values.get('article', '')))}</td><td>{shown(f.where)}</td>"
        f"<td>{shown(_sentence(f))}"
        f"<br><small>{shown(hint(f.code, **f.values))}</small></td></tr>\n"
        for f in findings
    )
    facts = [
        (say("ingest.page-number"), case.case_number),
        (say("ingest.page-type"), read_vocabulary(ingest.home.profiles).label("case_type", case.case_type)),
        (say("ingest.page-producer"), case.producer.name),
        (say("ingest.page-closed"), closed(case) or say("rule.legacy-unknown")),
    ]
    table = "".join(f"<tr><th>{shown(name)}</th><td>{shown(value)}</td></tr>" for name, value in facts)
    heads = "".join(f"<th>{shown(say('ingest.page-' + n))}</th>" for n in ("severity", "article", "where", "what"))
    empty = f"<p>{shown(say('ingest.page-none'))}</p>" if not findings else ""
    page = (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>'
        f"{shown(case.title)}</title><style>body{{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
        "max-width:62em;margin:2em auto;padding:0 1em;color:#222}"
        "table{border-collapse:collapse;width:100%;margin:1em 0}"
        "th,td{border:1px solid #bbb;padding:.4em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
        "th{background:#eef3f8;white-space:nowrap}tr.refuse td:first-child,tr.error td:first-child{color:#b00020;"
        "font-weight:bold}tr.warning td:first-child{color:#9a6700}small{color:#666}</style></head><body>"
        f"<h1>{shown(case.title)}</h1><h2>{shown(say('ingest.page-heading'))}</h2><table>{table}</table>{empty}"
        + (f"<table><tr>{heads}</tr>\n{rows}</table>" if findings else "")
        + "</body></html>\n"
    )
    return page.encode("utf-8", "replace")
