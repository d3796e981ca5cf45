"""For the examiner: a document's pages as pictures, on which a box drawn with the mouse says where it is."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from preserve.access.redaction.pages import Sheet, sheets
from preserve.access.redaction.painting import Mark, stamp
from preserve.access.redaction.pictures import as_sheets
from preserve.access.redaction.sources import source_of, stored_at
from preserve.access.redaction.template import restricted
from preserve.administration.printing.pages import shown
from preserve.home import Home
from preserve.messages import language, say
from preserve.outputs import new_file

_WIDE = 900  # pixels of a page as it is shown
_HEAD = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy"
content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>body{{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:1em 24em 2em 1em;background:#eee}}
figure{{position:relative;margin:0 0 1.5em;display:inline-block;cursor:crosshair;user-select:none}}
img{{display:block;box-shadow:0 0 4px #999}}figcaption{{color:#555}}
.box{{position:absolute;background:#000a;border:1px solid #d00;box-sizing:border-box;pointer-events:none}}
aside{{position:fixed;right:1em;top:1em;width:22em}}textarea{{width:100%;height:70vh;font:13px monospace}}</style>
</head><body data-object="{name}"><aside><p>{words}</p><textarea readonly spellcheck="false"></textarea></aside>
<h1>{title}</h1>
"""
_TAIL = """<script>
'use strict';
const out = document.querySelector('textarea'), name = document.body.dataset.object;
let box = null, from = null, figure = null;
const at = (event) => {
  const edge = figure.querySelector('img').getBoundingClientRect();
  const keep = (value) => Math.min(Math.max(value, 0), 1);
  return [keep((event.clientX - edge.left) / edge.width), keep((event.clientY - edge.top) / edge.height)];
};
const show = (to) => {
  const left = Math.min(from[0], to[0]), top = Math.min(from[1], to[1]);
  const width = Math.abs(from[0] - to[0]), height = Math.abs(from[1] - to[1]);
  const image = figure.querySelector('img');
  Object.assign(box.style, {left: left * image.width + 'px', top: top * image.height + 'px',
    width: width * image.width + 'px', height: height * image.height + 'px'});
  return [left, top, width, height];
};
document.addEventListener('mousedown', (event) => {
  figure = event.target.closest('figure');
  if (!figure) return;
  event.preventDefault();
  from = at(event);
  box = figure.appendChild(document.createElement('div'));
  box.className = 'box';
});
document.addEventListener('mousemove', (event) => { if (from) show(at(event)); });
document.addEventListener('mouseup', (event) => {
  if (!from) return;
  const [left, top, width, height] = show(at(event));
  const {page, wide, high, unit} = figure.dataset;
  from = null;
  if (width < 0.002 || height < 0.002) { box.remove(); return; }
  const said = (part, whole) => (part * whole).toFixed(1);
  const lines = ['[[redaction]]', 'object = ' + JSON.stringify(name), 'what = "box"'];
  if (page) lines.push('pages = "' + page + '"');
  lines.push('left = ' + said(left, wide), 'top = ' + said(top, high), 'width = ' + said(width, wide),
    'height = ' + said(height, high), 'unit = "' + unit + '"', 'reason = ""', 'article = "20"', '', '');
  out.value += lines.join('\\n');
  out.scrollTop = out.scrollHeight;
});
</script></body></html>
"""


def write_pages(home: Home, connection: Connection, number: str, folder: Path, mark: str) -> list[Path]:
    """Write a page for each restricted PDF and picture of a request; `mark` lies over every picture.

    What cannot be shown page by page is left out. Raises Refused where a file cannot be read.
    """
    written = []
    for place, (one, _, _) in enumerate(restricted(home, connection, number), 1):
        source = source_of(connection, one)
        if source.kind not in ("pdf", "picture"):
            continue
        path = stored_at(home, source.file)
        found = sheets(path, one.path, lambda page: True) if source.kind == "pdf" else as_sheets(path, one.path)
        target = folder / f"{place:03d}-{number}.html"
        with new_file(target, home) as part, part.open("w", encoding="utf-8") as out:
            out.writelines(_page(one.path, found, source.kind == "pdf", Mark(mark)))
        written.append(target)
    return written


def _page(name: str, found: Iterator[Sheet], paper: bool, mark: Mark) -> Iterator[str]:
    lang = "zh-CN" if language() == "zh" else "en"
    yield _HEAD.format(lang=lang, title=shown(name), name=escape(name), words=escape(say("redaction.measure-words")))
    for sheet in found:
        picture: Any = sheet.picture
        picture.thumbnail((_WIDE, 4 * _WIDE))
        stamp(picture, mark)
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=80)
        wide, high, unit = (sheet.width * 25.4 / 72, sheet.height * 25.4 / 72, "mm") if paper else (100.0, 100.0, "%")
        page = str(sheet.number) if paper else ""
        yield (
            f'<figure data-page="{page}" data-wide="{wide:.3f}" data-high="{high:.3f}" data-unit="{unit}">'
            f'<img width="{picture.width}" height="{picture.height}" alt="" draggable="false" '
            f'src="data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}">'
            f"<figcaption>{escape(say('redaction.where-pages', pages=page)) if page else ''}</figcaption></figure>\n"
        )
    yield _TAIL
