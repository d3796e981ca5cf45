"""Each requirement of CSIP that is not met is named, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metadata.csip_rules import FILE_REQUIREMENTS, REQUIREMENTS, UNSEEN, departures, read_outline
from tests.support.others_packages import WHOLE, make_others_package

# requirement: what is written, and what instead (a regular expression, once)
CHANGES = {
    "CSIP1": (r'OBJID="ip-1"', 'OBJID=""'),
    "CSIP2": (r'TYPE="Mixed"', 'TYPE="Mixes"'),
    "CSIP3": (r'TYPE="Mixed"', 'TYPE="Other"'),
    "CSIP5": (r'INFORMATIONTYPE="MIXED" PROFILE', 'INFORMATIONTYPE="OTHER" PROFILE'),
    "CSIP6": (r' PROFILE="[^"]*"', ""),
    "CSIP7": (r' CREATEDATE="[^"]*"', ""),
    "CSIP9": (r'OAISPACKAGETYPE="SIP"', 'OAISPACKAGETYPE="PIP"'),
    "CSIP12": (r'TYPE="OTHER" OTHERTYPE', 'TYPE="INDIVIDUAL" OTHERTYPE'),
    "CSIP13": (r' OTHERTYPE="SOFTWARE"', ""),
    "CSIP14": (r"<name>[^<]*</name>", "<name> </name>"),
    "CSIP15": (r"</note>", '</note><note csip:NOTETYPE="SOFTWARE VERSION">2</note>'),
    "CSIP16": (r' csip:NOTETYPE="SOFTWARE VERSION"', ""),
    "CSIP18": (r'dmdSec ID="d1" ', "dmdSec "),
    "CSIP19": (r'(<dmdSec ID="d1") CREATED="[^"]*"', r"\1"),
    "CSIP20": (r'(<dmdSec[^>]*) STATUS="CURRENT"', r'\1 STATUS="GOOD"'),
    "CSIP22": (r'(<dmdSec[^>]*><mdRef) LOCTYPE="URL"', r'\1 LOCTYPE="URN"'),
    "CSIP23": (r'(<dmdSec[^>]*><mdRef[^>]*) xlink:type="simple"', r"\1"),
    "CSIP24": (r'(<dmdSec[^>]*><mdRef[^>]*)\s*xlink:href="[^"]*"', r"\1"),
    "CSIP25": (r' MDTYPE="EAD"', ""),
    "CSIP26": (r'MDTYPE="EAD" MIMETYPE="application/xml"', 'MDTYPE="EAD" MIMETYPE="xml"'),
    "CSIP27": (r'("application/xml") SIZE="\d+"', r"\1"),
    "CSIP28": (r'("application/xml" SIZE="\d+") CREATED="[^"]*"', r"\1"),
    "CSIP29": (r'("application/xml" SIZE="\d+" CREATED="[^"]*") CHECKSUM="[^"]*"', r"\1"),
    "CSIP30": (r'(MDTYPE="EAD"[^>]*) CHECKSUMTYPE="[^"]*"', r"\1"),
    "CSIP33": (r'digiprovMD ID="a1" ', "digiprovMD "),
    "CSIP34": (r'(<digiprovMD[^>]*) STATUS="CURRENT"', r"\1"),
    "CSIP36": (r'(<digiprovMD[^>]*><mdRef) LOCTYPE="URL"', r"\1"),
    "CSIP39": (r' MDTYPE="PREMIS"', ""),
    "CSIP40": (r' MIMETYPE="text/xml"', ""),
    "CSIP42": (r'(MIMETYPE="text/xml" SIZE="\d+") CREATED="[^"]*"', r"\1"),
    "CSIP59": (r'fileSec ID="f0"', "fileSec"),
    "CSIP60": (r'USE="Documentation"', 'USE="Papers"'),
    "CSIP62": (r' csip:CONTENTINFORMATIONTYPE="MIXED"><file', "><file"),
    "CSIP63": (r'csip:CONTENTINFORMATIONTYPE="MIXED"><file', 'csip:CONTENTINFORMATIONTYPE="OTHER"><file'),
    "CSIP64": (r' USE="Schemas"', ""),
    "CSIP66": (r'<file ID="f1".*?</file>', ""),
    "CSIP67": (r' ID="f1"', ""),
    "CSIP68": (r'MIMETYPE="image/png"', 'MIMETYPE="PNG"'),
    "CSIP70": (r'(MIMETYPE="image/png" SIZE="\d+") CREATED="[^"]*"', r"\1"),
    "CSIP72": (r'(MIMETYPE="image/png"[^>]*) CHECKSUMTYPE="[^"]*"', r"\1"),
    "CSIP77": (r'(<FLocat) LOCTYPE="URL"', r'\1 LOCTYPE="OTHER"'),
    "CSIP78": (r'(<FLocat LOCTYPE="URL") xlink:type="simple"', r"\1"),
    "CSIP79": (r' xlink:href="schemas/a.xsd"', ""),
    "CSIP81": (r'TYPE="PHYSICAL"', 'TYPE="LOGICAL"'),
    "CSIP82": (r'LABEL="CSIP"', 'LABEL="Other"'),
    "CSIP83": (r'structMap ID="s1"', "structMap"),
    "CSIP85": (r'<div ID="v0"', "<div"),
    "CSIP88": (r'LABEL="Metadata"', 'LABEL="Data on data"'),
    "CSIP91": (r' ADMID="a1"', ""),
    "CSIP92": (r' DMDID="d1"', ""),
    "CSIP93": (r'<div ID="v2".*?</div>', ""),
    "CSIP96": (r'<fptr FILEID="g1"/>', ""),
    "CSIP116": (r'FILEID="g1"', 'FILEID="g2"'),
    "CSIP100": (r'<fptr FILEID="g2"/>', ""),
    "CSIP118": (r'FILEID="g2"', 'FILEID="g3"'),
    "CSIP104": (r'<fptr FILEID="g3"/>', ""),
    "CSIP119": (r'FILEID="g3"', 'FILEID="g1"'),
}


def _departs(folder: Path, text: str) -> list[str]:
    root = make_others_package(folder, text=text)
    return [name for name, _, _, _ in departures(read_outline(root / "METS.xml", "METS.xml"))]


def test_nothing_is_said_of_a_package_that_meets_them_all(tmp_path: Path) -> None:
    assert _departs(tmp_path, WHOLE) == []


@pytest.mark.parametrize("requirement", sorted(CHANGES))
def test_the_requirement_that_is_not_met_is_named(requirement: str, tmp_path: Path) -> None:
    pattern, instead = CHANGES[requirement]
    text = make_others_package(tmp_path / "whole").joinpath("METS.xml").read_text(encoding="utf-8")
    changed = re.sub(pattern, instead, text, count=1, flags=re.DOTALL)
    assert changed != text
    # An identifier that is gone is also one that others do not find.
    followers = {
        "CSIP12": {"CSIP13"},
        "CSIP18": {"CSIP92"},
        "CSIP33": {"CSIP91"},
        "CSIP60": {"CSIP116"},
        "CSIP64": {"CSIP113", "CSIP118"},
    }
    assert set(_departs(tmp_path, changed)) - followers.get(requirement, set()) == {requirement}


def test_every_requirement_is_asked_or_named_as_unseen() -> None:
    numbers = {f"CSIP{number}" for number in (*range(1, 86), *range(88, 115), *range(116, 120))}
    by_layout = {"CSIP17", "CSIP31", "CSIP32", "CSIP105"}
    asked = {requirement.name for requirement in REQUIREMENTS} | set(FILE_REQUIREMENTS) | by_layout
    assert asked & set(UNSEEN) == set()
    assert numbers - asked - set(UNSEEN) == set()
    assert asked <= numbers
