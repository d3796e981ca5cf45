"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from preserve.administration.printing import Section
from preserve.messages import language
from preserve.visible_text import visible

_STYLE = (
    "body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:70em;margin:2em auto;padding:0 1em;"
    "color:#222;line-height:1.5}table{border-collapse:collapse;width:100%;margin:.6em 0;font-size:.86em}"
    "th,td{border:1px solid #bbb;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "td{white-space:pre-line}"
    "th{background:#eef3f8;white-space:nowrap}h1{margin-bottom:0}"
    "h2{margin:1.4em 0 .2em;font-size:1.15em}svg{max-width:100%;height:auto}"
    ".verdict{padding:.7em 1em;border-left:.5em solid #2e7d32;background:#eef7ee;white-space:pre-line}"
    ".verdict.bad{border-color:#b00020;background:#fdecee}td.mono{font-family:monospace;white-space:pre-wrap}"
    "@media print{body{margin:0}h2{break-after:avoid}.fresh{break-before:page}tr{break-inside:avoid}}"
    "td.short{white-space:nowrap}"
)


def as_html(title: str, under: str, parts: Sequence[Section]) -> bytes:
    """The page in the language in use; every word of people is made visible and escaped."""
    body = [f"<h1>{shown(title)}</h1><p>{shown(under)}</p>"]
    for number, part in enumerate(parts):
        body.append(f"<h2{' class=fresh' if part.fresh else ''}>{shown(part.title)}</h2>")
        if part.words:
            kind = f' class="verdict{" bad" if part.bad else ""}"' if number == 0 else ""
            body.append(f"<p{kind}>{shown(part.words)}</p>")
        body.append(visible(part.picture, keep="\n"))
        if part.rows:
            head = "".join(f"<th>{shown(name)}</th>" for name in part.heads)
            mono = part.heads == ("",)
            rows = "".join(
                "<tr>" + "".join(f"<td{_kind(value, mono)}>{shown(value)}</td>" for value in row) + "</tr>\n"
                for row in part.rows
            )
            total = sum(part.widths)
            columns = "".join(f'<col style="width:{100 * width / total:.1f}%">' for width in part.widths)
            body.append(f"<table>{columns}{f'<tr>{head}</tr>' if part.heads != ('',) else ''}\n{rows}</table>")
    lang = "zh-CN" if language() == "zh" else "en"
    page = (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{shown(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )
    return page.encode("utf-8", "replace")


def shown(value: str) -> str:
    """Text from people for a page: made visible, and escaped; ends of lines stay."""
    return escape(visible(value, keep="\n"))


def _kind(value: str, mono: bool) -> str:
    """A number or a word stays whole, however narrow its column."""
    return ' class="mono"' if mono else ' class="short"' if len(value) <= 4 else ""
