"""What acts in a PDF or lies within it is told, wherever it hangs, and no page without it is suspected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from preserve.ingest.readers import pdf
from preserve.ingest.readers.report import Report
from preserve.messages import known


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def told(path: Path, make: Callable[[Pdf], object], **saved: object) -> list[tuple[str, str, object]]:
    """What the reader says of a PDF that was made so."""
    with pikepdf.new() as document:
        document.add_blank_page()
        make(document)
        document.save(path, **saved)  # type: ignore[arg-type]
    report = Report(path.name)
    pdf.read(path, report)
    for finding in report.findings:
        assert known(finding.code, "zh") and known(f"{finding.code}.hint", "en")
    return [(one.code.removeprefix("format."), one.severity, one.values["count"]) for one in report.findings]


def annotated(document: Pdf, **keys: object) -> None:
    """A note on the page, which lies in the page itself."""
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9])
    for key, value in keys.items():
        note[f"/{key}"] = value
    document.pages[0].obj["/Annots"] = Array([note])


def at_root(document: Pdf, key: str, value: object) -> None:
    document.Root[key] = value


@pytest.mark.parametrize(
    "make",
    [
        lambda it: at_root(it, "/OpenAction", script()),
        lambda it: at_root(it, "/OpenAction", it.make_indirect(script())),
        lambda it: at_root(it, "/AA", Dictionary(WC=script())),
        lambda it: at_root(it, "/Names", Dictionary(JavaScript=Dictionary(Names=Array(["a", script()])))),
        lambda it: at_root(
            it,
            "/Names",
            Dictionary(JavaScript=Dictionary(Kids=Array([it.make_indirect(Dictionary(Names=Array(["a", script()])))]))),
        ),
        lambda it: at_root(it, "/OpenAction", Dictionary(S=Name.GoTo, D=Array([]), Next=Array([script()]))),
        lambda it: annotated(it, A=script()),
        lambda it: annotated(it, AA=Dictionary(E=it.make_indirect(script()))),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_script_is_told_wherever_it_hangs(tmp_path: Path, make: Callable[[Pdf], object], packed: bool) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    assert told(tmp_path / "a.pdf", make, object_stream_mode=mode) == [("pdf-scripts", "note", 1)]


def test_launches_and_files_within_are_told(tmp_path: Path) -> None:
    def make(document: Pdf) -> None:
        document.attachments["付款.xlsx"] = b"PK"
        annotated(document, A=Dictionary(S=Name.Launch, F="cmd.exe"))

    assert told(tmp_path / "a.pdf", make) == [("pdf-launches", "note", 1), ("pdf-embedded", "note", 1)]


def test_where_nothing_acts_nothing_is_told(tmp_path: Path) -> None:
    def make(document: Pdf) -> None:
        annotated(document, A=Dictionary(S=Name.URI, URI="https://example.org"))
        document.Root["/Loop"] = document.make_indirect(Dictionary(S=Name.GoTo))
        document.Root["/Loop"]["/Next"] = document.Root["/Loop"]
        document.Root["/Word"] = document.make_indirect(Name.Word)
        document.Root["/Many"] = document.make_indirect(Array([1, Name.JS, "x"]))

    assert told(tmp_path / "a.pdf", make) == []
