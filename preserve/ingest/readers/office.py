"""Office documents: encryption, and the page counts that the program wrote down."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from preserve.ingest.readers.report import Report

_MOST = 1 << 20
_COUNTS = re.compile(rb"<(?:\w+:)?(Pages|Slides|Words|Application)>([^<]{1,80})<")
_ODF_COUNTS = re.compile(rb'meta:(page-count|word-count)="(\d+)"')


def _ole(path: Path, report: Report) -> None:
    import msoffcrypto
    import olefile

    report.tool = f"olefile {olefile.__version__}"
    with olefile.OleFileIO(str(path)) as container:
        if container.exists("EncryptedPackage"):
            report.tell("encrypted", reason="Office")
            return
        metadata = container.get_metadata()
        report.add("Pages", metadata.num_pages)
        report.add("Application", (metadata.creating_application or b"").decode("utf-8", "replace"))
    with path.open("rb") as file:
        try:
            locked = msoffcrypto.OfficeFile(file).is_encrypted()
        except Exception as error:  # noqa: BLE001  # an OLE2 file that is no Office document says nothing about encryption
            report.add("EncryptionUnknown", type(error).__name__)
            return
    if locked:
        report.tell("encrypted", reason="Office")


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises what zipfile or olefile raise for a damaged file."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _ole(path, report)
        return
    report.tool = "preserve office reader 1"
    if not magic.startswith(b"PK"):
        return
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for member, pattern in (("docProps/app.xml", _COUNTS), ("meta.xml", _ODF_COUNTS)):
            if member in names:
                with archive.open(member) as part:
                    for key, value in pattern.findall(part.read(_MOST)):
                        report.add(key.decode(), value.decode("utf-8", "replace"))
        if "META-INF/manifest.xml" in names:
            with archive.open("META-INF/manifest.xml") as part:
                if b"encryption-data" in part.read(_MOST):
                    report.tell("encrypted", reason="OpenDocument")
