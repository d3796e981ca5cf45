"""PDF, OFD, Office, text, mail and archives: pages, encryption, encoding."""

from __future__ import annotations

import re
import zipfile
from email import message_from_binary_file, policy
from pathlib import Path
from xml.etree import ElementTree

from metadata.findings import Finding
from preserve.ingest.facts import Character

_LARGEST_TEXT = 64 << 20


def read_pdf(path: Path, name: str) -> Character:
    """Pages, version, fonts, PDF/A claim, encryption."""
    import pikepdf

    tool = f"pikepdf {pikepdf.__version__}"
    try:
        document = pikepdf.open(path)
    except pikepdf.PasswordError:
        return Character("document", tool, findings=(Finding("format.encrypted", name, "error"),))
    except pikepdf.PdfError as error:
        return Character("document", tool, findings=(Finding("format.damaged", name, "error", {}, str(error)),))
    with document as pdf:
        findings = [Finding("format.damaged", name, "warning", {}, str(w)) for w in pdf.check_pdf_syntax()[:1]]
        if pdf.is_encrypted:
            findings.append(Finding("format.restricted", name, "warning"))
        embedded, not_embedded = _fonts(pdf)
        with pdf.open_metadata() as xmp:
            claim = xmp.pdfa_status
        properties = (
            ("page count", str(len(pdf.pages))),
            ("PDF version", pdf.pdf_version),
            ("PDF/A claim", str(claim or "")),
            ("fonts embedded", str(embedded)),
            ("fonts not embedded", str(not_embedded) if not_embedded else ""),
            ("encrypted", "yes" if pdf.is_encrypted else "no"),
        )
    return Character("document", tool, tuple((n, v) for n, v in properties if v), findings=tuple(findings))


def _fonts(pdf: object) -> tuple[int, int]:
    import pikepdf

    embedded: set[str] = set()
    missing: set[str] = set()
    assert isinstance(pdf, pikepdf.Pdf)
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
            key = str(item.get("/FontName", ""))
            has = any(name in item for name in ("/FontFile", "/FontFile2", "/FontFile3"))
            (embedded if has else missing).add(key)
    return len(embedded), len(missing)


def read_ofd(path: Path, name: str) -> Character:
    """Pages of an OFD (GB/T 33190): a zip that names its documents, which name their pages."""
    pages = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if re.fullmatch(r"(?i)doc_\d+/document\.xml", member.filename) and member.file_size < _LARGEST_TEXT:
                    data = archive.read(member)
                    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
                        raise ValueError("DOCTYPE")
                    root = ElementTree.fromstring(data)
                    pages += sum(element.tag.rpartition("}")[2] == "Page" for element in root.iter())
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        ValueError,
        RuntimeError,
        OSError,
        NotImplementedError,
    ) as error:
        return Character("document", "preserve", findings=(Finding("format.damaged", name, "error", {}, repr(error)),))
    return Character("document", "preserve", (("page count", str(pages)),))


def read_office(path: Path, name: str) -> Character:
    """Encryption, and the counts the document keeps of itself."""
    import msoffcrypto

    properties: list[tuple[str, str]] = []
    findings: list[Finding] = []
    try:
        with path.open("rb") as stream:
            if msoffcrypto.OfficeFile(stream).is_encrypted():
                findings.append(Finding("format.encrypted", name, "error"))
    except Exception:  # noqa: BLE001  it knows only some Office formats and raises many kinds for the rest
        findings += _odf_encryption(path, name)
    if not findings and zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
                if "docProps/app.xml" in names:
                    text = archive.read("docProps/app.xml").decode("utf-8", "replace")
                    for tag, label in (
                        ("Pages", "page count"),
                        ("Words", "word count"),
                        ("Application", "application"),
                    ):
                        if found := re.search(f"<{tag}>([^<]*)</{tag}>", text):
                            properties.append((label, found[1]))
                bad = archive.testzip() if sum(i.file_size for i in archive.infolist()) < _LARGEST_TEXT else None
                if bad:
                    findings.append(Finding("format.damaged", name, "error", {}, bad))
        except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError, EOFError) as error:
            findings.append(Finding("format.damaged", name, "error", {}, repr(error)))
    return Character("document", "preserve", tuple(properties), findings=tuple(findings))


def _odf_encryption(path: Path, name: str) -> list[Finding]:
    try:
        with zipfile.ZipFile(path) as archive:
            listed = "META-INF/manifest.xml" in archive.namelist()
            if listed and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                return [Finding("format.encrypted", name, "error")]
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError):
        pass
    return []


def encoding_of(data: bytes) -> str:
    """The encoding of a text: by its byte order mark, else UTF-8 where it decodes, else GB 18030, else unknown."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in ("ascii", "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            # The window may have cut a character in two.
            if encoding == "utf-8" and error.start >= len(data) - 4 and len(data) >= _WINDOW:
                return encoding
            continue
        if "\0" not in text:
            return encoding
    return ""


_WINDOW = 1 << 20


def read_text(path: Path, name: str) -> Character:
    """The encoding of a text and the evidence for it."""
    with path.open("rb") as stream:
        data = stream.read(_WINDOW)
    if len(data) == _WINDOW:
        data = data[: data.rfind(b"\n") + 1] or data
    encoding = encoding_of(data)
    if not encoding:
        return Character("text", "preserve", findings=(Finding("format.encoding-unknown", name, "warning"),))
    return Character("text", "preserve", (("character encoding", encoding),))


def read_mail(path: Path, name: str) -> Character:
    """Headers and attachments of a message."""
    with path.open("rb") as stream:
        message = message_from_binary_file(stream, policy=policy.default)
    attachments = sum(1 for _ in message.iter_attachments()) if message.is_multipart() else 0
    properties = [(h.lower(), str(message.get(h, ""))) for h in ("From", "To", "Subject", "Date", "Message-ID")]
    properties.append(("attachments", str(attachments)))
    findings = () if message.keys() else (Finding("format.damaged", name, "error"),)
    return Character("email", "preserve", tuple((n, v) for n, v in properties if v), findings=findings)


def read_archive(path: Path, name: str) -> Character:
    """Members and encryption of a zip inside the case; it is kept as it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        return Character("archive", "preserve", findings=(Finding("format.damaged", name, "error", {}, repr(error)),))
    encrypted = any(member.flag_bits & 1 for member in members)
    findings = (Finding("format.encrypted", name, "error"),) if encrypted else ()
    return Character("archive", "preserve", (("members", str(len(members))),), findings=findings)
