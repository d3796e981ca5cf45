"""Office documents as PDF/A-2b by LibreOffice, and what can be checked of the claim here."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.office_files import gaps, holding, old_office, shown
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import NotLookedThrough
from preserve.ingest.transcoders import Made
from preserve.programs import Pulse, ToolFailed, find, run, version
from preserve.typesetting.judging import judge

_FILTERS = {
    "writer": ("doc", "docx", "wps", "wpt", "rtf", "odt", "dot", "dotx", "docm"),
    "calc": ("xls", "xlsx", "et", "ett", "ods", "csv", "xlsm", "xlt", "xltx", "xltm", "xlsb", "ots", "fods"),
    "impress": ("ppt", "pptx", "dps", "dpt", "odp", "pps", "ppsx", "pptm", "pot", "potx", "otp", "fodp"),
}
_OPEN = frozenset((".odt", ".ott", ".ods", ".ots", ".odp", ".otp", ".fodt", ".fods", ".fodp"))
_NOT_PROVABLE = "the layout of an office document is made by the program that shows it"
_CLOSED = "by way of OpenDocument, without the gaps that are drawn between Chinese and digits"
_FORMS = {"writer": "odt", "calc": "ods", "impress": "odp"}
# WPS writes the structures of Word, Excel and PowerPoint 97 under names of its own.
_OPENED_AS = {"wps": "doc", "wpt": "doc", "et": "xls", "ett": "xls", "dps": "ppt", "dpt": "ppt"}
# What a document could do behind our back: run macros, fetch pictures or templates from the network, draw other files
# of this machine into the PDF. Links from documents in no trusted folder are not followed; and where one still is,
# the only way out is a port where nobody listens.
_SETTINGS = {
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent"): "true",
    ("org.openoffice.Office.Calc/Content/Update", "Link"): "1",
    # Results as they were saved (1: never recalculate); what is without one is worked out all the same.
    ("org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode"): "1",
    ("org.openoffice.Office.Calc/Formula/Load", "ODFRecalcMode"): "1",
    ("org.openoffice.Office.Writer/Content/Update", "Link"): "0",
    ("org.openoffice.Inet/Settings", "ooInetProxyType"): "2",
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName"): "127.0.0.1",
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort"): "9",
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName"): "127.0.0.1",
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort"): "9",
    ("org.openoffice.Inet/Settings", "ooInetNoProxy"): "",
}
_OPTIONS = '{"SelectPdfVersion":{"type":"long","value":"2"},"UseTaggedPDF":{"type":"boolean","value":"true"}}'


def _application(extension: str) -> str:
    for name, extensions in _FILTERS.items():
        if extension in extensions:
            return name
    return "writer"


def _write_profile(folder: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for (path, name), value in _SETTINGS.items()
    )
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n'
        f"{items}</oor:items>\n",
        encoding="utf-8",
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """LibreOffice with a profile and a folder of its own; `pdfa` is what a PDF/A is asked for with."""

    profile: Path
    work: Path
    pdfa: str
    pulse: Pulse

    def convert(self, copy: Path, wanted: str = "") -> Path:
        """What it makes of a document. Raises ToolFailed."""
        wanted = wanted or self.pdfa
        said = run(
            [
                find("soffice"),
                f"-env:UserInstallation={self.profile.as_uri()}",
                "--headless",
                "--norestore",
                "--nolockcheck",
                "--convert-to",
                wanted,
                "--outdir",
                str(self.work),
                str(copy),
            ],
            self.pulse,
            stalled=180,
        )
        made = copy.with_suffix("." + wanted.partition(":")[0])
        if not made.is_file() or not made.stat().st_size:
            raise ToolFailed(said[-2000:] or f"no {made.suffix[1:].upper()} was made")
        return made

    def without_gaps(self, copy: Path, made: Path) -> tuple[Path, bool]:
        """The PDF without gaps between Chinese and digits, if it says the same on as many pages; else the one made."""
        first = made.rename(self.work / "with-gaps.pdf")
        try:
            closed = self.work / "closed.odt"
            gaps.close(self.convert(copy, "odt"), closed)
            second = self.convert(closed)
            return (second, True) if gaps.says_the_same(first, second) else (first, False)
        except (ToolFailed, NotLookedThrough, zipfile.BadZipFile, KeyError):
            return first, False


def _look_again(desk: _Desk, copy: Path, made: Path, remarks: Remarks) -> None:
    """What is only to be seen once there is a PDF, or in the form that LibreOffice gives to older formats."""
    application = _application(copy.suffix[1:])
    with copy.open("rb") as stream:
        beginning = stream.read(8)
    try:
        if beginning.startswith((old_office.MAGIC, b"{\\rtf")):
            inside, seen = holding.look(desk.convert(copy, _FORMS[application]))
            remarks.join(inside)
            shown.compare(seen, made, remarks)
        elif beginning.startswith(b"PK") and application == "calc":
            cells = holding.look(copy)[1] if copy.suffix in _OPEN else shown.cells_of(copy)
            shown.compare(cells, made, remarks)
    except (*holding.DAMAGED, ToolFailed, SyntaxError, KeyError) as error:
        remarks.add("not-looked-through", str(error))


def to_pdfa(source: Path, scratch: Path, stem: str, extension: str, pulse: Pulse, name: str) -> Made:
    """PDF/A-2b. Raises ToolFailed when LibreOffice makes none.

    The document is opened as a copy in scratch in which nothing is filled in anew (`hold`), with a profile of its own:
    no macros run, no lock file is left beside the source, and two conversions do not wait for each other.
    """
    work = Path(tempfile.mkdtemp(dir=scratch, prefix="office-"))
    profile = Path(tempfile.mkdtemp(dir=scratch, prefix="profile-"))
    filter_name = f"{_application(extension)}_pdf_Export"
    closed = False
    try:
        _write_profile(profile)
        copy = work / f"document.{_OPENED_AS.get(extension, extension) or 'doc'}"
        desk = _Desk(profile, work, f"pdf:{filter_name}:{_OPTIONS}", pulse)
        remarks = holding.hold(source, copy)
        made = desk.convert(copy)
        if gaps.would_part(remarks) and copy.suffix not in _OPEN:
            made, closed = desk.without_gaps(copy, made)
        _look_again(desk, copy, made, remarks)
        result = scratch / f"{stem}.pdf"
        made.rename(result)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(profile, ignore_errors=True)
    findings, checks, pages = check_pdfa(result, name)
    names = ("soffice", "--headless", "--convert-to", f"pdf:{filter_name}:{_OPTIONS}", "--outdir", "RESULT", "SOURCE")
    proof = Proof(
        "not-provable",
        not findings,
        {},
        checks,
        (("qpdf", "--check", "RESULT"),),
        "; ".join(
            (
                "the layout of an office document is made by the program that shows it",
                *closed * (_CLOSED,),
                *remarks.held(),
            )
        ),
    )
    return Made(
        result,
        ".pdf",
        "fmt/477",
        "Acrobat PDF/A - Portable Document Format",
        "2b",
        "application/pdf",
        version("soffice"),
        names,
        proof,
        (("page count", str(pages)),),
        ("what is only in the editable form", *remarks.sentences()),
        (*findings, *remarks.findings(name)),
    )


def check_pdfa(path: Path, name: str) -> tuple[tuple[Finding, ...], dict[str, str], int]:
    """What of PDF/A can be checked here: identification in XMP, output intent, fonts, encryption, syntax, validator.

    The validator is named with what it says: it does not decide about all that there can be in a PDF.
    """
    import pikepdf

    checks: dict[str, str] = {}
    with pikepdf.open(path) as pdf:
        with pdf.open_metadata() as xmp:
            checks["XMP identification"] = str(xmp.pdfa_status or "none")
        checks["output intent"] = "yes" if "/OutputIntents" in pdf.Root else "no"
        checks["encrypted"] = "yes" if pdf.is_encrypted else "no"
        missing = 0
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                missing += not any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        checks["fonts not embedded"] = str(missing)
        problems = pdf.check_pdf_syntax()
        checks["syntax problems"] = str(len(problems))
        pages = len(pdf.pages)
    verdict = judge(path)
    checks["PDF/A validator"] = verdict.words()
    good = (
        checks["XMP identification"].startswith("2")
        and checks["output intent"] == "yes"
        and checks["encrypted"] == "no"
        and checks["fonts not embedded"] == "0"
        and checks["syntax problems"] == "0"
        and pages > 0
        and not verdict.rules
    )
    return () if good else (Finding("normalise.pdfa-incomplete", name, "warning", dict(checks)),), checks, pages
