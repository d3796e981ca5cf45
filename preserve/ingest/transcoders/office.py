"""Office documents as PDF/A-2b by LibreOffice, and what can be checked of the claim here."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.programs import Pulse, ToolFailed, find, run, version
from preserve.typesetting.judging import judge

_FILTERS = {
    "writer": ("doc", "docx", "wps", "wpt", "rtf", "odt", "dot", "dotx", "docm"),
    "calc": ("xls", "xlsx", "et", "ett", "ods", "csv", "xlsm"),
    "impress": ("ppt", "pptx", "dps", "dpt", "odp", "pps", "ppsx"),
}
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


def to_pdfa(source: Path, scratch: Path, stem: str, extension: str, pulse: Pulse, name: str) -> Made:
    """PDF/A-2b. Raises ToolFailed when LibreOffice makes none.

    The document is opened as a copy in scratch, with a profile of its own: no macros run, no lock file is left
    beside the source, and two conversions do not wait for each other.
    """
    work = Path(tempfile.mkdtemp(dir=scratch, prefix="office-"))
    copy = work / f"document.{_OPENED_AS.get(extension, extension) or 'doc'}"
    shutil.copyfile(source, copy)
    profile = Path(tempfile.mkdtemp(dir=scratch, prefix="profile-"))
    _write_profile(profile)
    filter_name = f"{_application(extension)}_pdf_Export"
    command = [
        find("soffice"),
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--convert-to",
        f"pdf:{filter_name}:{_OPTIONS}",
        "--outdir",
        str(work),
        str(copy),
    ]
    try:
        said = run(command, pulse, stalled=180)
        made = work / "document.pdf"
        if not made.is_file() or not made.stat().st_size:
            raise ToolFailed(said[-2000:] or "no PDF was made")
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
        "the layout of an office document is made by the program that shows it",
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
        ("macros, and what is only in the editable form",),
        findings,
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
