"""Filled-in forms as one page that needs nothing else: what a package holds, for a PDF of a small case is larger."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from preserve.administration.file_forms.printing import Sheet
from preserve.administration.file_forms.wording import heads_of
from preserve.messages import language, say
from preserve.visible_text import visible

_STYLE = (
    "body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2em auto;max-width:60em;padding:0 1em}"
    "h1{text-align:center;letter-spacing:.2em}section{margin:3em 0}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #000;padding:.4em;overflow-wrap:anywhere;white-space:pre-line;text-align:left}"
    ".cover td{border:0;border-bottom:1px solid #000}.cover th{border:0;text-align:right;white-space:nowrap;width:8em}"
    ".signed span{display:inline-block;min-width:14em;margin:2em 2em 0 0;border-bottom:1px solid #000}"
    "@page{size:A4;margin:20mm 15mm 18mm 25mm}@page cover{size:220mm 310mm;margin:25mm 25mm 25mm 30mm}"
    "@media print{body{margin:0;max-width:none;padding:0}section{break-before:page;margin:0}"
    "thead{display:table-header-group}"
    ".cover{page:cover;padding-top:60mm}tr{break-inside:avoid}}"
)


def as_html(title: str, sheets: Sequence[Sheet]) -> bytes:
    """The page in the language in use; every word of people is made visible and escaped.

    Printed, each form begins a sheet of its own size.
    """
    lang = "zh-CN" if language() == "zh" else "en"
    body = "\n".join(_section(sheet) for sheet in sheets)
    page = (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{_shown(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )
    return page.encode("utf-8", "replace")


def _section(sheet: Sheet) -> str:
    form = sheet.form
    parts = [f"<section{' class=cover' if form.paper == 'cover' else ''}><h1>{_shown(sheet.title)}</h1>"]
    if sheet.facts:
        rows = (f"<tr><th>{say(f'forms.head-{name}')}</th><td>{_shown(value)}</td></tr>" for name, value in sheet.facts)
        parts.append(f"<table>{''.join(rows)}</table>")
    if form.columns:
        heads = "".join(f"<th>{_shown(head)}</th>" for head in heads_of(form))
        lines = ("".join(f"<td>{_shown(cell)}</td>" for cell in row) for row in sheet.rows)
        body = "".join(f"<tr>{line}</tr>\n" for line in lines)
        parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>\n{body}</tbody></table>")
    if form.signers:
        labels = (say(f"forms.signer-{name}") for name in form.signers)
        parts.append(f"<p class=signed>{''.join(f'<span>{label}</span>' for label in labels)}</p>")
    return "".join(parts) + "</section>"


def _shown(value: str) -> str:
    return escape(visible(value, keep="\n"))
