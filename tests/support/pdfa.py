"""What speaks against a PDF/A-2b claim: pikepdf's validator, and what qpdf and poppler can tell (ISO 19005-2 §6)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pikepdf

from preserve.typesetting.judging import judge

_FORBIDDEN = {
    "/Launch",
    "/Sound",
    "/Movie",
    "/ResetForm",
    "/ImportData",
    "/JavaScript",
    "/Hide",
    "/SetOCGState",
    "/Rendition",
    "/Trans",
    "/GoTo3DView",
}


def against_pdfa(path: Path) -> list[str]:
    """Everything found, in words; empty where nothing speaks against the claim."""
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    found = [] if checked.returncode == 0 else ["qpdf: " + checked.stdout.strip().splitlines()[-1]]
    found += [f"validator: {rule}" for rule in judge(path).rules]
    with pikepdf.open(path) as pdf:
        found += [*_claim(pdf), *_colours(pdf), *_objects(pdf)]
        if pdf.is_encrypted:
            found.append("6.1.3 encrypted")
        if "/ID" not in pdf.trailer:
            found.append("6.1.3 no file identifier")
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    found += [f"6.2.11.4 font not embedded: {line}" for line in fonts if line.split()[-5:-2][0] != "yes"]
    return found


def _claim(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in pdf.Root:
        yield "6.6.2 no XMP"
        return
    stream = pdf.Root.Metadata
    if "/Filter" in stream:
        yield "6.6.2 XMP is packed"
    text = stream.read_bytes()
    part = re.search(rb"pdfaid:part(?: [^<>]*)?[>=]\"?(\d)", text)
    level = re.search(rb"pdfaid:conformance(?: [^<>]*)?[>=]\"?([A-Za-z])", text)
    if not (part and level and part[1] + level[1] == b"2B"):
        yield "6.6.4 does not say 2B"
    title = str(pdf.docinfo.get("/Title", ""))
    if title and title not in unescape(text.decode()):
        yield "6.6.3 title differs from XMP"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
    if not intents:
        yield "6.2.3 no output intent"
    for one in intents:
        profile = one.get("/DestOutputProfile")
        if profile is None or profile.read_bytes()[36:40] != b"acsp":
            yield "6.2.3 output intent without ICC profile"


def _objects(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/AA" in pdf.Root or "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "6.5.2 actions of the document"
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and ("/F" in one or "/LZWDecode" in str(one.get("/Filter", ""))):
            yield "6.1.7 external stream or LZW"
        if not isinstance(one, pikepdf.Dictionary):
            continue
        for action in (one, one.get("/A"), one.get("/OpenAction")):
            if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in _FORBIDDEN:
                yield f"6.5.1 action {action.get('/S')}"
        if one.get("/Type") == "/Annot" and "/AP" not in one and one.get("/Subtype") != "/Link":
            yield "6.3.3 annotation without appearance"
