"""Small office documents written part by part, so that they hold what no library writes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_S = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_CONTENT = "application/vnd.openxmlformats-officedocument"
_MAINS = {
    "word/document.xml": f"{_CONTENT}.wordprocessingml.document.main+xml",
    "xl/workbook.xml": f"{_CONTENT}.spreadsheetml.sheet.main+xml",
    "ppt/presentation.xml": f"{_CONTENT}.presentationml.presentation.main+xml",
}


def relations(*rows: tuple[str, str, str]) -> str:
    """Relationships: identifier, kind, target; one that leads out of the package begins with a scheme."""
    said = "".join(
        f'<Relationship Id="{name}" Type="{_TYPES}/{kind}" Target="{target}"'
        + (' TargetMode="External"' if "://" in target else "")
        + "/>"
        for name, kind, target in rows
    )
    return f'<Relationships xmlns="{_RELATIONS}">{said}</Relationships>'


def package(path: Path, main: str, parts: Mapping[str, str]) -> Path:
    """An Office Open XML file whose main part is `main`."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{_MAINS[main]}"/></Types>'
    )
    whole = {"[Content_Types].xml": types, "_rels/.rels": relations(("r1", "officeDocument", main)), **parts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in whole.items():
            out.writestr(name, text)
    return path


def docx(path: Path, body: str, **more: str) -> Path:
    """A text with this body; `more` are parts by name without ending (`header1`)."""
    parts = {
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": relations(
            *((f"m{number}", name.rstrip("0123456789"), f"{name}.xml") for number, name in enumerate(more))
        ),
        **{f"word/{name}.xml": text for name, text in more.items()},
    }
    return package(path, "word/document.xml", parts)


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def complex_field(instruction: str, shown: str) -> str:
    """A field in its long form."""
    between = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(shown)}' if shown else ""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>{between}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def xlsx(path: Path, sheets: Mapping[str, str], names: str = "", space: str = S, **more: str) -> Path:
    """A workbook: the inside of each sheet by its name (with `*` before it: hidden); `more` as for docx."""
    listed, rows, parts = "", [], {}
    for number, (name, inside) in enumerate(sheets.items(), 1):
        hidden = ' state="veryHidden"' if name.startswith("*") else ""
        listed += f'<sheet name="{name.strip("*")}" sheetId="{number}"{hidden} r:id="s{number}"/>'
        rows.append((f"s{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        parts[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{space}">{inside}</worksheet>'
    rows += [(f"m{number}", name, f"{name}.xml") for number, name in enumerate(more)]
    book = (
        f'<workbook xmlns="{space}" xmlns:r="{_TYPES}"><sheets>{listed}</sheets>'
        f"<definedNames>{names}</definedNames></workbook>"
    )
    parts |= {"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relations(*rows)}
    return package(path, "xl/workbook.xml", parts | {f"xl/{name}.xml": text for name, text in more.items()})


def rows(*cells: str) -> str:
    """The data of a sheet, a row for each string of cells."""
    data = "".join(f'<row r="{number}">{inside}</row>' for number, inside in enumerate(cells, 1))
    return f"<sheetData>{data}</sheetData>"


def words(place: str, text: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


_SPACES = {
    "office": "office:1.0",
    "text": "text:1.0",
    "draw": "drawing:1.0",
    "svg": "svg-compatible:1.0",
    "presentation": "presentation:1.0",
    "style": "style:1.0",
    "table": "table:1.0",
    "fo": "xsl-fo-compatible:1.0",
}


def flat(path: Path, kind: str, inside: str, styles: str = "") -> Path:
    """OpenDocument in one XML file; `kind` is text, spreadsheet or presentation."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{word}"' for name, word in _SPACES.items())
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{inside}</office:{kind}></office:body></office:document>",
        encoding="utf-8",
    )
    return path
