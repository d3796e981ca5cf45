"""The situations of the public BagIt conformance suites and of issues about bags: each gets the verdict it means.

Written anew from what each is about; bagit.py is the second opinion wherever it can tell.
"""

from __future__ import annotations

import logging
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from metadata.verify import Report, verify_package, verify_packed
from preserve.ingest.opening import open_source
from tests.support.bags import CONTENT, bag, digest, seal

Make = Callable[[Path], Path]
VALID: dict[str, Make] = {}
WARNED: dict[str, tuple[Make, str]] = {}
INVALID: dict[str, tuple[Make, str]] = {}
OLD = ("0.93", "0.94", "0.95", "0.96", "0.97")
NFC = "data/Café现场.txt"


def other(path: Path, name: str, data: bytes) -> Path:
    """Write one of the bag's own files otherwise, and its tag manifest after it."""
    (path / name).write_bytes(data)
    return seal(path)


for version in (*OLD, "1.0"):
    VALID[f"basic {version}"] = lambda p, v=version: bag(p, version=v)  # type: ignore[misc]
    VALID[f"no tag manifest needed, info repeated {version}"] = lambda p, v=version: bag(  # type: ignore[misc]
        p, version=v, info="Contact-Name: 甲\nContact-Name: 乙\nSource-Organization: 局\n 一行接一行\n"
    )
for version in OLD:
    VALID[f"metadata entries repeated {version}"] = lambda p, v=version: bag(  # type: ignore[misc]
        p, version=v, info="Bagging-Date: 2026-01-05\nBagging-Date: 2026-01-06\nPayload-Oxum: 39.2\n"
    )
for algorithm in ("md5", "sha1", "sha224", "sha256", "sha512"):
    VALID[f"algorithm {algorithm}"] = lambda p, a=algorithm: bag(p, algorithms=(a,))  # type: ignore[misc]
for label in ("ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-16LE", "GBK", "GB18030", "Big5"):
    VALID[f"own files in {label}"] = lambda p, e=label: bag(  # type: ignore[misc]
        p, {"data/año.txt" if "ISO" in e else "data/中文.txt": b"x"}, encoding=e, info="Source-Organization: ISO\n"
    )
VALID["CRLF"] = lambda p: bag(p, line="{digest}  {name}\r\n", info="A: b\r\nC: d\r\n")
VALID["CR alone"] = lambda p: bag(p, line="{digest}  {name}\r")
VALID["one blank in each line"] = lambda p: bag(p, write=lambda n: n, line="{digest} {name}\n")
VALID["a percent sign encoded"] = lambda p: bag(
    p, {"data/100%.txt": b"x", "data/a%0Ab": b"y"}, write=lambda n: n.replace("%", "%25")
)
VALID["a percent sign as it is, before 1.0"] = lambda p: bag(p, {"data/折扣50%25.txt": b"x"}, version="0.97")
VALID["a name with a back slash"] = lambda p: bag(p, {"data/a\\b.txt": b"x"})
VALID["a name with a control character"] = lambda p: bag(p, {"data/stream\x7f.txt": b"x"})
VALID["algorithm as people write it, before 1.0"] = lambda p: (
    (bag(p, version="0.97", tags=False) / "manifest-sha256.txt").rename(p / "manifest-SHA-256.txt"),
    p,
)[1]

WARNED["leading dot and slash 0.96"] = (lambda p: bag(p, version="0.96", write=lambda n: "./" + n), "bag.path-dots")
WARNED["leading dot and slash 0.97"] = (lambda p: bag(p, version="0.97", write=lambda n: "./" + n), "bag.path-dots")
WARNED["relative parts"] = (lambda p: bag(p, write=lambda n: n.replace("data/", "data/.//")), "bag.path-dots")
WARNED["made with md5sum's tools"] = (lambda p: bag(p, line="{digest} *{name}\n"), "bag.digest-mark")
WARNED["back slashes of Windows"] = (lambda p: bag(p, write=lambda n: n.replace("/", "\\")), "bag.path-backslash")
WARNED["decomposed in the manifest"] = (
    lambda p: bag(p, {NFC: b"x"}, write=lambda n: unicodedata.normalize("NFD", n)),
    "bag.path-form",
)
WARNED["decomposed on disk"] = (
    lambda p: bag(p, {unicodedata.normalize("NFD", NFC): b"x"}, write=lambda n: unicodedata.normalize("NFC", n)),
    "bag.path-form",
)
WARNED["other case"] = (lambda p: bag(p, write=lambda n: n.replace("bare", "BARE")), "bag.path-case")
WARNED["listed twice with one digest"] = (
    lambda p: other(bag(p), "manifest-sha256.txt", (p / "manifest-sha256.txt").read_bytes() * 2),
    "bag.listed-twice",
)
WARNED["percent as bagit.py writes it"] = (lambda p: bag(p, {"data/50%25.txt": b"x"}), "bag.percent-encoding")
WARNED["both names of a percent sign there, as bagit.py lists them"] = (
    lambda p: bag(p, {"data/50%25.txt": b"x", "data/50%.txt": b"y"}),
    "bag.percent-encoding",
)
WARNED["line ends encoded before 1.0"] = (
    lambda p: bag(p, {"data/a\nb": b"x"}, version="0.97", write=lambda n: n.replace("\n", "%0A")),
    "bag.percent-encoding",
)
WARNED["fetch.txt with every file there"] = (
    lambda p: other(bag(p), "fetch.txt", b"http://example.org/a 13 data/bare\n"),
    "bag.fetch-present",
)
WARNED["dates with a time of day"] = (
    lambda p: bag(p, info="Bagging-Date: 2019-04-24T22:24:00+02:00\n"),
    "bag.info-date",
)
WARNED["Bagging-Date repeated"] = (
    lambda p: bag(p, info="Bagging-Date: 2026-01-05\nBagging-Date: 2026-01-05\n"),
    "bag.info-repeated",
)
WARNED["blanks behind the lines of bagit.txt"] = (
    lambda p: other(bag(p), "bagit.txt", b"BagIt-Version: 1.0  \nTag-File-Character-Encoding: UTF-8\n\n"),
    "bag.declaration-blanks",
)
WARNED["blanks behind names"] = (lambda p: bag(p, line="{digest}  {name} \t\n"), "bag.path-blanks")
WARNED["a manifest with a byte order mark"] = (
    lambda p: other(bag(p), "manifest-sha256.txt", b"\xef\xbb\xbf" + (p / "manifest-sha256.txt").read_bytes()),
    "bag.manifest-bom",
)
WARNED["no tag manifest"] = (lambda p: bag(p, tags=False), "bag.tag-manifest-missing")
WARNED["a manifest in GBK that says it is UTF-8"] = (
    lambda p: other(
        bag(p),
        "manifest-sha256.txt",
        "".join(f"{digest(d, 'sha256')}  {n}\n" for n, d in CONTENT.items()).encode("gbk"),
    ),
    "bag.encoding-differs",
)
WARNED["GBK declared, UTF-8 written"] = (
    lambda p: other(bag(p), "bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: GBK\n"),
    "bag.encoding-differs",
)
WARNED["names that differ only in case"] = (
    lambda p: bag(p, {"data/A.txt": b"x", "data/a.txt": b"y"}),
    "bag.names-collide",
)


def _without(name: str) -> Make:
    return lambda p: ((bag(p) / name).unlink(), p)[1]


INVALID["payload altered"] = (
    lambda p: ((bag(p) / "data/bare").write_bytes(b"no extensioN\n"), p)[1],
    "bag.digest-differs",
)
INVALID["tag file altered"] = (
    lambda p: ((bag(p) / "bag-info.txt").write_bytes(b"A: b\n"), p)[1],
    "bag.tag-digest-differs",
)
INVALID["payload missing"] = (_without("data/bare"), "bag.file-missing")
INVALID["tag file missing"] = (_without("bag-info.txt"), "bag.tag-file-missing")
INVALID["no bagit.txt"] = (_without("bagit.txt"), "bag.declaration-missing")
INVALID["no manifest"] = (_without("manifest-sha256.txt"), "bag.payload-manifest-missing")
INVALID["payload not listed"] = (lambda p: ((bag(p) / "data/more").write_bytes(b"x"), p)[1], "bag.file-not-listed")
INVALID["not every manifest lists every file"] = (
    lambda p: other(bag(p), "manifest-md5.txt", f"{digest(CONTENT['data/bare'], 'md5')} data/bare\n".encode()),
    "bag.file-not-listed",
)
INVALID["byte order mark in bagit.txt"] = (
    lambda p: other(bag(p), "bagit.txt", b"\xef\xbb\xbf" + (p / "bagit.txt").read_bytes()),
    "bag.declaration-bom",
)
INVALID["blanks before the colons of bagit.txt"] = (
    lambda p: other(bag(p), "bagit.txt", b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n"),
    "bag.declaration-form",
)
INVALID["listed twice with two digests"] = (
    lambda p: other(
        bag(p), "manifest-sha256.txt", (p / "manifest-sha256.txt").read_bytes() + b"0" * 64 + b"  data/bare\n"
    ),
    "bag.listed-twice",
)
INVALID["listed twice in two cases with two digests"] = (
    lambda p: other(
        bag(p), "manifest-sha256.txt", (p / "manifest-sha256.txt").read_bytes() + b"0" * 64 + b"  data/BARE\n"
    ),
    "bag.listed-twice",
)
INVALID["Payload-Oxum of another bag"] = (lambda p: bag(p, info="payload-oxum: 1.1\n"), "bag.payload-oxum-differs")
INVALID["fetch.txt with a file that is not there"] = (
    lambda p: other(bag(p), "fetch.txt", b"http://example.org/a 13 data/elsewhere\n"),
    "bag.fetch-present",
)
for number, outside in enumerate(
    ("../../../README.md", "/etc/passwd", "~/x", "C:\\Users\\x", "\\\\server\\share\\x", "data\\..\\..\\x", "data/../x")
):
    INVALID[f"path out of the bag {number}"] = (
        lambda p, name=outside: other(  # type: ignore[misc]
            bag(p), "manifest-sha256.txt", (p / "manifest-sha256.txt").read_bytes() + f"{'0' * 64}  {name}\n".encode()
        ),
        "bag.path-escapes",
    )
    INVALID[f"fetched to out of the bag {number}"] = (
        lambda p, name=outside: other(bag(p), "fetch.txt", f"http://example.org/a - {name}\n".encode()),  # type: ignore[misc]
        "bag.path-escapes",
    )


def also_packed(path: Path, report: Report) -> None:
    """The same bag in a zip and a packed tar gets the same findings, links and names of bytes apart."""
    rolled, packed = path.parent / "rolled.tar.gz", path.parent / "packed.zip"
    with tarfile.open(rolled, "w:gz") as archive:
        archive.add(path, path.name)
    with zipfile.ZipFile(packed, "w") as zipped:
        for file in sorted(path.rglob("*")):
            zipped.write(file, f"{path.name}/{file.relative_to(path)}")
    for archived in (rolled, packed):
        again = verify_packed(open_source(archived), archived.name)
        assert sorted((f.code, f.severity) for f in again.findings) == sorted(
            (f.code, f.severity) for f in report.findings
        )
        assert (again.files, again.size, again.digests) == (report.files, report.size, report.digests)


def theirs(path: Path) -> bool | None:
    """What bagit.py says; None where it fails by itself."""
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    try:
        return bool(bagit.Bag(str(path)).is_valid())
    except bagit.BagError:
        return False
    except (ValueError, OSError):
        return None


@pytest.mark.parametrize("what", VALID)
def test_valid(what: str, tmp_path: Path) -> None:
    path = VALID[what](tmp_path / "bag")
    report = verify_package(path)
    told = {finding.code for finding in report.findings} - {"bag.tag-manifest-missing", "bag.encoding-other"}
    assert report.intact and not told, report.findings
    also_packed(path, report)
    if theirs(path) is not True:  # what bagit.py is known not to read
        assert what.startswith(("own files", "a percent sign", "CR alone", "algorithm as"))


@pytest.mark.parametrize("what", WARNED)
def test_valid_with_warnings(what: str, tmp_path: Path) -> None:
    make, code = WARNED[what]
    path = make(tmp_path / "bag")
    report = verify_package(path)
    assert report.verdict == "valid-with-warnings" and code in {f.code for f in report.findings}, report.findings
    also_packed(path, report)


@pytest.mark.parametrize("what", INVALID)
def test_not_valid(what: str, tmp_path: Path) -> None:
    make, code = INVALID[what]
    path = make(tmp_path / "bag")
    report = verify_package(path)
    assert report.verdict == "not-valid" and code in {f.code for f in report.findings}, report.findings
    also_packed(path, report)
    if theirs(path) is True:  # what bagit.py lets pass
        assert what.startswith(
            (
                "blanks before",
                "path out",
                "Payload-Oxum",
                "fetch.txt",
                "fetched to",
                "not every",
                "listed twice",
                "tag file missing",
            )
        )


@pytest.mark.parametrize("what", sorted({*VALID, *WARNED}))
def test_a_bit_that_turned_is_found_however_the_names_are_written(what: str, tmp_path: Path) -> None:
    make = VALID.get(what) or WARNED[what][0]
    path = make(tmp_path / "bag")
    file = next(file for file in sorted((path / "data").rglob("*")) if file.is_file())
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    report = verify_package(path)
    assert report.damaged and "bag.digest-differs" in {finding.code for finding in report.findings}
