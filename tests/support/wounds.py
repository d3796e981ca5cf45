"""Wounds: each does one thing wrong to a copy of a valid package, and says which codes must be found.

Where a wound would break digests that it is not about, the manifests (and METS) are written again behind it, so that
only the rule it is meant for can speak.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from metadata import bag as bags
from metadata import csip
from metadata.xml import METS, XLINK
from tests.support.packages import OBJID, identifier, reseal

Wound = Callable[[Path], object]
WOUNDS: list[tuple[Wound, tuple[str, ...]]] = []

PREMIS_ORIGINAL = f"representations/original/{csip.PREMIS}"
PREMIS_PRESERVATION = f"representations/preservation/{csip.PREMIS}"
METS_ORIGINAL = "representations/original/METS.xml"
TEXT = "representations/original/data/笔录/询问笔录.txt"


def wound(*codes: str) -> Callable[[Wound], Wound]:
    """Register a wound with the codes, sorted and each once, that it must give."""

    def register(function: Wound) -> Wound:
        WOUNDS.append((function, tuple(sorted(codes))))
        return function

    return register


def package(bag: Path) -> Path:
    """The information package in the bag."""
    return bag / "data" / OBJID


def edit(path: Path, old: str, new: str, count: int = 1) -> None:
    """Replace text in a file; it must be there."""
    text = path.read_bytes().decode("utf-8")
    assert old in text, (path, old)
    path.write_bytes(text.replace(old, new, count).encode())


def edit_pattern(path: Path, pattern: str, new: str) -> None:
    """Replace the first match of a pattern; it must be there."""
    text, count = re.subn(pattern, new, path.read_bytes().decode("utf-8"), count=1, flags=re.DOTALL)
    assert count, (path, pattern)
    path.write_bytes(text.encode())


def tags(bag: Path) -> None:
    """Write the tag manifests again."""
    bags.write_tag_manifests(bag, sorted(one.algorithm for one in bags.manifests(os.listdir(bag)) if one.tag))


def settle(bag: Path, *documents: str) -> None:
    """Write sizes and digests in METS again where `documents` are METS files, then the bag's own files."""
    for name in documents:
        path = package(bag) / name
        tree = etree.parse(path)
        for element in tree.iter(f"{{{METS}}}file", f"{{{METS}}}mdRef"):
            holder = element if element.tag.endswith("mdRef") else element[0]
            target = path.parent / unquote(str(holder.get(f"{{{XLINK}}}href")))
            if target.is_file():
                element.set("SIZE", str(target.stat().st_size))
                element.set("CHECKSUM", hashlib.sha256(target.read_bytes()).hexdigest())
        tree.write(path, encoding="UTF-8", xml_declaration=True)
    reseal(bag)


def settle_original(bag: Path) -> None:
    """After a change to the original's METS or to what it refers to."""
    settle(bag, METS_ORIGINAL, csip.METS)


# The bag


@wound("bag.declaration-missing", "bag.tag-file-missing")
def declaration_gone(bag: Path) -> None:
    (bag / "bagit.txt").unlink()


@wound("bag.declaration-bom")
def declaration_with_byte_order_mark(bag: Path) -> None:
    path = bag / "bagit.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    tags(bag)


@wound("bag.declaration-form")
def declaration_with_a_third_line(bag: Path) -> None:
    with (bag / "bagit.txt").open("a") as stream:
        stream.write("Note: hello\n")
    tags(bag)


@wound("bag.declaration-form")
def declaration_lines_swapped(bag: Path) -> None:
    (bag / "bagit.txt").write_text("Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n")
    tags(bag)


@wound("bag.version-unknown")
def version_of_the_future(bag: Path) -> None:
    edit(bag / "bagit.txt", "1.0", "7.3")
    tags(bag)


@wound("bag.encoding-unknown")
def another_encoding(bag: Path) -> None:
    edit(bag / "bagit.txt", "UTF-8", "X-Nobodys-Own")
    tags(bag)


@wound("bag.encoding-differs", "bag.encoding-other")
def encoding_that_the_names_are_not_in(bag: Path) -> None:
    edit(bag / "bagit.txt", "UTF-8", "GB18030")
    tags(bag)


@wound("bag.declaration-blanks")
def declaration_with_blanks_behind_its_lines(bag: Path) -> None:
    (bag / "bagit.txt").write_text("BagIt-Version:  1.0 \nTag-File-Character-Encoding: UTF-8\t\n\n")
    tags(bag)


@wound("bag.file-missing", "bag.payload-folder-missing", "bag.payload-oxum-differs", "ip.root-mets-missing")
def payload_folder_gone(bag: Path) -> None:
    shutil.rmtree(bag / "data")


@wound("bag.payload-manifest-missing", "bag.tag-file-missing", "ip.checksum-not-comparable")
def payload_manifest_gone(bag: Path) -> None:
    (bag / "manifest-sha256.txt").unlink()


@wound("bag.manifest-name", "bag.payload-manifest-missing", "ip.checksum-not-comparable")
def manifest_named_in_upper_case(bag: Path) -> None:
    (bag / "manifest-sha256.txt").rename(bag / "manifest-SHA256.txt")
    tags(bag)


@wound("bag.algorithm-unknown")
def manifest_of_an_unknown_algorithm(bag: Path) -> None:
    shutil.copy(bag / "manifest-sha256.txt", bag / "manifest-whirlpool.txt")
    tags(bag)


@wound("bag.file-not-listed")
def second_manifest_lists_less(bag: Path) -> None:
    # What bagit-python does not see: RFC 8493 §2.1.3 wants every file in every manifest.
    lines = []
    for line in bags.read_lines(bag / "manifest-sha256.txt"):
        lines.append((line.path, hashlib.sha512((bag / line.path).read_bytes()).hexdigest()))
    bags.write_manifest(bag / "manifest-sha512.txt", lines[:-1])
    tags(bag)


@wound("bag.file-not-listed", "bag.payload-oxum-differs")
def file_slipped_in(bag: Path) -> None:
    # Beside the data folder's other files, in the way of no METS.
    stranger = package(bag) / "representations/original/metadata/stranger.txt"
    stranger.write_bytes(b"x")
    edit(bag / "bag-info.txt", "Payload-Oxum", "Payload-Oxum")
    edit_pattern(package(bag) / METS_ORIGINAL, r"</fileGrp>", _file_entry("metadata/stranger.txt", b"x") + "</fileGrp>")
    settle_original(bag)
    lines = [(one.path, one.digest) for one in bags.read_lines(bag / "manifest-sha256.txt")]
    bags.write_manifest(bag / "manifest-sha256.txt", [one for one in lines if "stranger" not in one[0]])
    edit_pattern(bag / "bag-info.txt", r"Payload-Oxum: \d+\.\d+", "Payload-Oxum: 1.1")
    tags(bag)


def _file_entry(href: str, data: bytes, name: str = "ID-more") -> str:
    return (
        f'<file ID="{name}" MIMETYPE="text/plain" SIZE="{len(data)}" CREATED="2026-01-05T02:00:00Z" '
        f'CHECKSUM="{hashlib.sha256(data).hexdigest()}" CHECKSUMTYPE="SHA-256">'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href="{href}"/></file>'
    )


@wound("bag.file-missing", "bag.payload-oxum-differs", "ip.object-without-file", "ip.target-missing")
def file_gone(bag: Path) -> None:
    (package(bag) / TEXT).unlink()


@wound("bag.listed-twice")
def listed_twice(bag: Path) -> None:
    path = bag / "manifest-sha256.txt"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[0]]))
    tags(bag)


@wound("bag.digest-malformed")
def digest_cut(bag: Path) -> None:
    with (bag / "manifest-sha256.txt").open("a") as stream:
        stream.write("abc123  data/x\n")
    tags(bag)


@wound("bag.unreadable")
def line_without_a_path(bag: Path) -> None:
    with (bag / "manifest-sha256.txt").open("a") as stream:
        stream.write("a" * 64 + "\n")
    tags(bag)


@wound("bag.unreadable")
def manifest_not_in_utf8(bag: Path) -> None:
    with (bag / "manifest-sha256.txt").open("ab") as stream:
        stream.write(b"a" * 64 + b"  data/\xd0\xd0\xd5\xfe\n")
    tags(bag)


def _line(bag: Path, path: str) -> None:
    with (bag / "manifest-sha256.txt").open("a", encoding="utf-8") as stream:
        stream.write("0" * 64 + "  " + path + "\n")
    tags(bag)


@wound("bag.path-escapes")
def path_with_dots(bag: Path) -> None:
    _line(bag, "data/../../../etc/passwd")


@wound("bag.path-escapes")
def path_absolute(bag: Path) -> None:
    _line(bag, "/etc/passwd")


@wound("bag.path-escapes")
def path_of_a_home(bag: Path) -> None:
    _line(bag, "~/secret")


@wound("bag.path-escapes")
def path_with_back_slashes(bag: Path) -> None:
    _line(bag, "data\\..\\..\\secret")


@wound("bag.path-escapes")
def path_with_a_drive(bag: Path) -> None:
    _line(bag, "C:/secret")


@wound("bag.manifest-lists-tag-file")
def payload_manifest_lists_a_tag_file(bag: Path) -> None:
    _line(bag, "bagit.txt")


@wound("bag.percent-encoding")
def bare_percent_sign(bag: Path) -> None:
    path = bag / "data" / "100%.txt"
    path.write_bytes(b"100%")
    edit_pattern(package(bag) / METS_ORIGINAL, r"</fileGrp>", _file_entry("data/100%25.txt", b"") + "</fileGrp>")
    target = package(bag) / "representations/original/metadata/100%.txt"
    path.rename(target)
    edit(package(bag) / METS_ORIGINAL, "data/100%25.txt", "metadata/100%25.txt")
    settle_original(bag)
    edit(bag / "manifest-sha256.txt", "100%25.txt", "100%.txt")
    tags(bag)


@wound("bag.digest-differs")
def one_bit_of_the_payload(bag: Path) -> None:
    path = package(bag) / TEXT
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)


@wound("bag.tag-digest-differs")
def bag_info_altered(bag: Path) -> None:
    edit(bag / "bag-info.txt", "某市", "他市")


@wound("bag.tag-file-not-listed")
def tag_file_not_listed(bag: Path) -> None:
    (bag / "note.txt").write_text("x")


@wound("bag.manifest-not-listed")
def payload_manifest_not_listed(bag: Path) -> None:
    path = bag / "tagmanifest-sha256.txt"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if "  manifest-" not in line))


@wound("bag.tag-manifest-lists-itself")
def tag_manifest_lists_itself(bag: Path) -> None:
    with (bag / "tagmanifest-sha256.txt").open("a") as stream:
        stream.write("0" * 64 + "  tagmanifest-sha256.txt\n")


@wound("bag.tag-manifest-lists-payload")
def tag_manifest_lists_payload(bag: Path) -> None:
    with (bag / "tagmanifest-sha256.txt").open("a") as stream:
        stream.write("0" * 64 + f"  data/{OBJID}/METS.xml\n")


@wound("bag.tag-manifest-missing")
def tag_manifest_gone(bag: Path) -> None:
    (bag / "tagmanifest-sha256.txt").unlink()


@wound("bag.payload-oxum-differs")
def oxum_off_by_one(bag: Path) -> None:
    edit_pattern(bag / "bag-info.txt", r"Payload-Oxum: (\d+)", r"Payload-Oxum: 1\1")
    tags(bag)


@wound("bag.payload-oxum-form")
def oxum_in_words(bag: Path) -> None:
    edit_pattern(bag / "bag-info.txt", r"Payload-Oxum: \d+\.\d+", "Payload-Oxum: many")
    tags(bag)


@wound("bag.info-repeated")
def oxum_twice(bag: Path) -> None:
    edit_pattern(bag / "bag-info.txt", r"(Payload-Oxum: \d+\.\d+\n)", r"\1\1")
    tags(bag)


@wound("bag.info-form")
def info_line_without_colon(bag: Path) -> None:
    with (bag / "bag-info.txt").open("a") as stream:
        stream.write("no label here\n")
    tags(bag)


@wound("bag.info-date")
def bagging_date_not_a_date(bag: Path) -> None:
    edit(bag / "bag-info.txt", "2026-01-05", "2026-13-05")
    tags(bag)


@wound("bag.fetch-present")
def fetch_file(bag: Path) -> None:
    (bag / "fetch.txt").write_text("")
    tags(bag)


@wound("bag.link", "bag.tag-file-missing")
def tag_file_is_a_link(bag: Path) -> None:
    (bag / "bag-info.txt").rename(bag.parent / "outside.txt")
    (bag / "bag-info.txt").symlink_to(bag.parent / "outside.txt")


@wound("bag.link")
def link_out_of_the_bag(bag: Path) -> None:
    (package(bag) / "documentation/link").symlink_to("/etc")


@wound("bag.device")
def pipe_in_the_payload(bag: Path) -> None:
    os.mkfifo(package(bag) / "documentation/pipe")


@wound("bag.names-collide", "bag.tag-file-not-listed")
def names_one_after_case_folding(bag: Path) -> None:
    (bag / "BAGIT.TXT").write_text("x")


@wound("bag.names-collide", "bag.tag-file-not-listed")
def names_one_after_normalisation(bag: Path) -> None:
    (bag / "caf\u00e9").write_text("x")
    (bag / "cafe\u0301").write_text("x")


@wound("bag.name-not-utf8", "bag.tag-file-not-listed")
def name_in_gbk(bag: Path) -> None:
    Path(os.fsdecode(os.fsencode(bag) + b"/\xd0\xd0\xd5\xfe")).write_text("x")


# The information package


@wound("ip.root-mets-missing")
def root_mets_gone(bag: Path) -> None:
    (package(bag) / "METS.xml").unlink()
    reseal(bag)


@wound("ip.document-missing", "ip.target-missing")
def representation_mets_gone(bag: Path) -> None:
    # Files that no METS refers to any more are found as well.
    (package(bag) / METS_ORIGINAL).unlink()
    shutil.rmtree(package(bag) / "representations/original/data")
    (package(bag) / PREMIS_ORIGINAL).unlink()
    shutil.rmtree(package(bag) / "representations/preservation")
    (package(bag) / "representations/original/metadata/keep.txt").write_text("x")
    edit_pattern(
        package(bag) / "METS.xml",
        r"</fileGrp>",
        _file_entry("representations/original/metadata/keep.txt", b"x") + "</fileGrp>",
    )
    reseal(bag)


@wound("ip.folder-name")
def objid_is_not_the_folder(bag: Path) -> None:
    edit(package(bag) / "METS.xml", f'OBJID="{OBJID}"', 'OBJID="aip-01jd000000000000000000000z"')
    reseal(bag)


@wound("ip.bag-name")
def bag_has_another_name(bag: Path) -> Path:
    return bag.rename(bag.with_name("another"))


@wound("ip.outside-package")
def file_beside_the_package(bag: Path) -> None:
    (bag / "data/beside.txt").write_text("x")
    reseal(bag)


@wound("ip.more-than-one", "ip.outside-package")
def two_packages(bag: Path) -> None:
    other = bag / "data/zip-other"
    other.mkdir()
    shutil.copy(package(bag) / "METS.xml", other)
    reseal(bag)


@wound("ip.representation-name")
def representation_under_another_name(bag: Path) -> None:
    edit(package(bag) / METS_ORIGINAL, 'OBJID="original"', 'OBJID="access"')
    settle_original(bag)


@wound("ip.not-valid")
def mets_not_valid(bag: Path) -> None:
    edit(package(bag) / METS_ORIGINAL, "<metsHdr ", '<metsHdr COLOUR="red" ')
    settle_original(bag)


@wound("ip.not-valid")
def premis_not_valid(bag: Path) -> None:
    edit(package(bag) / PREMIS_ORIGINAL, "<eventType ", "<eventSort/><eventType ")
    settle_original(bag)


@wound("ip.xml-refused")
def premis_cut_off(bag: Path) -> None:
    path = package(bag) / PREMIS_ORIGINAL
    path.write_bytes(path.read_bytes()[:-40])
    settle_original(bag)


@wound("ip.doctype")
def premis_with_entities(bag: Path) -> None:
    edit(
        package(bag) / PREMIS_ORIGINAL,
        "<premis ",
        '<!DOCTYPE premis [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<premis ',
    )
    settle_original(bag)


@wound("ip.doctype")
def mets_with_doctype(bag: Path) -> None:
    edit(package(bag) / "METS.xml", "<mets ", "<!DOCTYPE mets>\n<mets ")
    reseal(bag)


def _entry_in_original(bag: Path, entry: str) -> None:
    edit(package(bag) / METS_ORIGINAL, "</fileGrp>", entry + "</fileGrp>")
    settle_original(bag)


@wound("ip.target-missing")
def href_to_nothing(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("data/nothing.txt", b""))


@wound("ip.href-refused")
def href_out_of_the_package(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("../../../../bagit.txt", b""))


@wound("ip.href-refused")
def href_encoded_out_of_the_package(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("data/%2E%2E/%2e%2e/METS.xml", b""))


@wound("ip.href-refused")
def href_into_the_network(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("https://example.org/x", b""))


@wound("ip.href-refused")
def href_to_the_system(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("file:///etc/passwd", b""))


@wound("ip.href-refused")
def href_not_utf8(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("data/%D0%D0.txt", b""))


@wound("ip.size-differs")
def size_in_mets(bag: Path) -> None:
    edit_pattern(package(bag) / METS_ORIGINAL, r'(<file [^>]*SIZE=")(\d+)"', r'\g<1>9\2"')
    settle(bag, csip.METS)


@wound("ip.checksum-differs")
def checksum_in_mets(bag: Path) -> None:
    edit_pattern(package(bag) / METS_ORIGINAL, r'(<file [^>]*CHECKSUM=")[0-9a-f]{64}"', r"\g<1>" + "0" * 64 + '"')
    settle(bag, csip.METS)


@wound("ip.checksum-missing")
def no_checksum_in_mets(bag: Path) -> None:
    edit_pattern(package(bag) / METS_ORIGINAL, r'(<file [^>]*)CHECKSUM="[0-9a-f]{64}" CHECKSUMTYPE="SHA-256"', r"\1")
    settle(bag, csip.METS)


@wound("ip.size-missing")
def no_size_in_mets(bag: Path) -> None:
    edit_pattern(package(bag) / METS_ORIGINAL, r'(<file [^>]*)SIZE="\d+"', r"\1")
    settle(bag, csip.METS)


@wound("ip.checksum-not-comparable")
def checksum_of_another_kind(bag: Path) -> None:
    edit_pattern(package(bag) / METS_ORIGINAL, r'(<file [^>]*)CHECKSUMTYPE="SHA-256"', r'\1CHECKSUMTYPE="MD5"')
    settle(bag, csip.METS)


@wound("ip.file-without-object", "ip.unreferenced")
def file_that_nobody_knows(bag: Path) -> None:
    (package(bag) / "representations/original/data/more.txt").write_text("x")
    reseal(bag)


@wound("ip.unreferenced")
def document_that_nobody_knows(bag: Path) -> None:
    (package(bag) / "documentation/more.txt").write_text("x")
    reseal(bag)


@wound("ip.identifier-twice")
def identifier_twice(bag: Path) -> None:
    _entry_in_original(bag, _file_entry("data/" + csip.encode_href("笔录/询问笔录.txt"), b"", "ID-data-original"))


@wound("ip.identifier-dangling")
def file_identifier_dangling(bag: Path) -> None:
    edit(package(bag) / METS_ORIGINAL, 'FILEID="ID-data-original"', 'FILEID="ID-nobody"')
    settle_original(bag)


@wound("ip.identifier-dangling")
def metadata_identifier_dangling(bag: Path) -> None:
    edit_pattern(package(bag) / "METS.xml", r'DMDID="[^"]*"', 'DMDID="ID-nobody"')
    reseal(bag)


@wound("ip.object-without-file")
def object_of_no_file(bag: Path) -> None:
    path = package(bag) / PREMIS_ORIGINAL
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<object xsi:type="premis:file".*?</object>\n', text, re.DOTALL)
    assert found
    more = found[0].replace("询问笔录", "无").replace(identifier("original", "笔录/询问笔录.txt"), identifier("x", "x"))
    path.write_text(text.replace(found[0], found[0] + more), encoding="utf-8")
    settle_original(bag)


@wound("ip.object-twice")
def object_twice(bag: Path) -> None:
    path = package(bag) / PREMIS_ORIGINAL
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<object xsi:type="premis:file".*?</object>\n', text, re.DOTALL)
    assert found
    path.write_text(text.replace(found[0], found[0] * 2), encoding="utf-8")
    settle_original(bag)


@wound("ip.file-without-object", "ip.object-missing")
def object_gone(bag: Path) -> None:
    edit_pattern(package(bag) / PREMIS_PRESERVATION, r'<object xsi:type="premis:file".*?</object>\n', "")
    settle(bag, "representations/preservation/METS.xml", csip.METS)


@wound("ip.object-size-differs")
def size_in_premis(bag: Path) -> None:
    edit_pattern(package(bag) / PREMIS_ORIGINAL, r"<size>(\d+)</size>", r"<size>9\1</size>")
    settle_original(bag)


@wound("ip.object-digest-differs")
def digest_in_premis(bag: Path) -> None:
    edit_pattern(package(bag) / PREMIS_ORIGINAL, r"<messageDigest>[0-9a-f]{64}<", "<messageDigest>" + "0" * 64 + "<")
    settle_original(bag)


def _preservation(bag: Path, old: str, new: str) -> None:
    edit(package(bag) / PREMIS_PRESERVATION, old, new)
    settle(bag, "representations/preservation/METS.xml", csip.METS)


@wound("ip.source-missing")
def source_unknown(bag: Path) -> None:
    kind = "relatedObjectIdentifierValue"
    source = identifier("original", "笔录/询问笔录.txt")
    _preservation(bag, f"<{kind}>{source}</{kind}>", f"<{kind}>{identifier('x', 'x')}</{kind}>")


@wound("ip.event-missing")
def event_unknown(bag: Path) -> None:
    kind = "relatedEventIdentifierValue"
    event = identifier("event", "preservation/笔录/询问笔录.txt.xml")
    _preservation(bag, f"<{kind}>{event}</{kind}>", f"<{kind}>{identifier('x', 'x')}</{kind}>")


@wound("ip.agent-missing")
def agent_unknown(bag: Path) -> None:
    kind = "linkingAgentIdentifierValue"
    agent = identifier("agent", "preserve")
    _preservation(bag, f"<{kind}>{agent}</{kind}>", f"<{kind}>{identifier('x', 'x')}</{kind}>")


@wound("ip.related-missing")
def entity_unknown(bag: Path) -> None:
    kind = "relatedObjectIdentifierValue"
    entity = identifier("entity", OBJID)
    _preservation(bag, f"<{kind}>{entity}</{kind}>", f"<{kind}>{identifier('x', 'x')}</{kind}>")


@wound("ip.root-mets-large")
def root_mets_large(bag: Path) -> None:
    edit(package(bag) / "METS.xml", "</metsHdr>", "</metsHdr>" + " " * 33_000)
    reseal(bag)
