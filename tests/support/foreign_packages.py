"""Little packages of other systems, written file by file, and what the archive makes of them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from preserve.ingest.receive import Deposit, DepositProfile, look_over
from preserve.profiles import read_profile

HEAD = (
    '<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:premis="http://www.loc.gov/premis/v3" '
    'xmlns:dim="http://www.dspace.org/xmlns/dspace/dim" xmlns:mods="http://www.loc.gov/mods/v3" OBJID="ip">'
)


def packed(target: Path, files: Mapping[str, bytes | str]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def laid(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """The same as a folder."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def file_word(href: str, data: bytes | None = None, *, more: str = "", algorithm: str = "SHA-256") -> str:
    """A file of METS; with `data` also its size and digest."""
    said = ""
    if data is not None:
        digest = hashlib.new(algorithm.replace("-", "").lower(), data).hexdigest()
        said = f'SIZE="{len(data)}" CHECKSUM="{digest}" CHECKSUMTYPE="{algorithm}"'
    return f'<file {said} {more}><FLocat LOCTYPE="URL" xlink:href="{href}"/></file>'


def mets(*files: str, use: str = "data", before: str = "", after: str = "") -> str:
    """A METS document with one group of files."""
    return f'{HEAD}{before}<fileSec><fileGrp USE="{use}">{"".join(files)}</fileGrp></fileSec>{after}</mets>'


def eark(content: Mapping[str, bytes], **said: str) -> dict[str, bytes | str]:
    """An E-ARK package with one representation; `said` are references by file where they are not its path."""
    words = [file_word(said.get(name, f"representations/r1/data/{name}"), data) for name, data in content.items()]
    files: dict[str, bytes | str] = {"METS.xml": mets(*words)}
    return files | {f"representations/r1/data/{name}": data for name, data in content.items()}


def looked(path: Path) -> Deposit:
    """The deposit that it is."""
    return look_over(path, read_profile("deposit.toml", DepositProfile))


def content_of(deposit: Deposit) -> dict[str, bytes]:
    """The files of the case by their true names."""
    return {entry.path: stream.read() for entry, stream in deposit.source.stream(lambda entry: True)}


def codes(deposit: Deposit) -> dict[str, str]:
    """What is said of it: severity by code."""
    return {finding.code: finding.severity for finding in deposit.findings}
