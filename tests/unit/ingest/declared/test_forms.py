"""Lists of digests in the forms that programs write them in: every one is understood, and prose is not."""

from __future__ import annotations

import pytest

from preserve.ingest.declared.forms import Lines, algorithm_of, hinted

M, S1, S2 = "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "e" * 64
SPACED = " ".join(S1[place : place + 2] for place in range(0, 40, 2))

FORMS = {
    "md5sum": ("a.md5", f"{M}  证据/a.mp4\n{M} *b c.mp4\n", [("证据/a.mp4", "md5"), ("b c.mp4", "md5")]),
    "md5sum with an escaped name": ("a.md5", f"\\{M}  a\\nb\\\\c.mp4\n", [("a\nb\\c.mp4", "md5")]),
    "one blank, upper case": ("a.sha1", f"{S1.upper()} a.mp4\n", [("a.mp4", "sha1")]),
    "by length alone": ("checksums.txt", f"{M} a.mp4\n{S2} a.mp4\n", [("a.mp4", "md5"), ("a.mp4", "sha256")]),
    "sm3": ("sm3.txt", f"{S2}  a.mp4\n", [("a.mp4", "sm3")]),
    "sha3": ("a.sha3-256", f"{S2}  a.mp4\n", [("a.mp4", "sha3_256")]),
    "BSD": (
        "CHECKSUM",
        f"# c\nSHA256 (a (1).mp4) = {S2}\nMD5(b.mp4)= {M}\n",
        [("a (1).mp4", "sha256"), ("b.mp4", "md5")],
    ),
    "OpenSSL 3": ("h.txt", f"SHA2-256(a.mp4)= {S2}\n", [("a.mp4", "sha256")]),
    "TeraCopy": ("a.md5", f"; TeraCopy\n; x\n{M} *图\\a.mp4\n", [("图\\a.mp4", "md5")]),
    "TeraCopy, of an algorithm unknown here": ("a.md5", f"{S2} ?BLAKE2sp*a\\b.jpg\n", [("a\\b.jpg", "blake2sp")]),
    "certutil": ("h.txt", f"MD5 hash of file D:\\a.mp4:\n{M}\nCertUtil: ok.\n", [("D:\\a.mp4", "md5")]),
    "certutil in Chinese": (
        "h.txt",
        f"SHA256 的 a.mp4 哈希:\n{S2}\nCertUtil: -hashfile 命令成功完成。\n",
        [("a.mp4", "sha256")],
    ),
    "certutil, older": ("h.txt", f"SHA1 哈希(文件 a.mp4):\n{SPACED}\n", [("a.mp4", "sha1")]),
    "a dialog's text": (
        "h.txt",
        f"文件: C:\\x\\a.mp4\n大小: 0 字节\n修改时间: 2026年1月1日\nMD5: {M}\nSHA1: {S1}\nCRC32: 00000000\n",
        [("C:\\x\\a.mp4", "md5"), ("C:\\x\\a.mp4", "sha1"), ("C:\\x\\a.mp4", "crc32")],
    ),
    "PowerShell, list": (
        "h.txt",
        f"Algorithm : SHA256\nHash      : {S2}\nPath      : C:\\a.mp4\n",
        [("C:\\a.mp4", "sha256")],
    ),
    "PowerShell, table": (
        "h.txt",
        f"Algorithm  Hash  Path\n---------  ----  ----\nMD5    {M}    C:\\a.mp4\n",
        [("C:\\a.mp4", "md5")],
    ),
    "comma-separated": ("h.csv", f'文件,大小,MD5\n"a.mp4",12,{M}\n', [("a.mp4", "md5")]),
    "hashdeep": (
        "a.hashdeep",
        f"%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n0,{M},{S2},a.mp4\n",
        [("a.mp4", "md5"), ("a.mp4", "sha256")],
    ),
    "name first": (
        "h.txt",
        f"a.mp4: {M}\nb.mp4 {S1}\nc.mp4：{S2}\n",
        [("a.mp4", "md5"), ("b.mp4", "sha1"), ("c.mp4", "sha256")],
    ),
    "SFV": (
        "a.sfv",
        "; WIN-SFV32\na b.mp4 00000000\n20260101 A1B2C3D4\n",
        [("a b.mp4", "crc32"), ("20260101", "crc32")],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_understood(form: str) -> None:
    name, text, wanted = FORMS[form]
    lines = Lines(hinted(name), lambda field: field.endswith(("mp4", "jpg")))
    entries = list(lines.entries(text.splitlines(keepends=True)))
    assert [(entry.name, entry.algorithm) for entry in entries] == wanted
    assert all(entry.digest == entry.digest.lower() for entry in entries)
    assert lines.unread <= 2, "headings at most"


@pytest.mark.parametrize(
    "text",
    [
        "问：你叫什么名字？\n答：张三。\n2026年1月1日\n",
        "20260101 12345678\n编号 abcdef12\n",
        "MD5 是一种摘要算法。\n",
        "见 https://example.org/d41d8cd98f00b204e9800998ecf8427e\n",
    ],
)
def test_prose_is_no_list(text: str) -> None:
    lines = Lines("", lambda field: False)
    assert list(lines.entries(text.splitlines(keepends=True))) == []


def test_algorithms_by_all_their_names() -> None:
    assert [algorithm_of(label) for label in ("SHA-256", "sha2-512", "SHA3-256", "SM3", "CRC", "XXH3", "SHA")] == [
        *("sha256", "sha512", "sha3_256", "sm3", "crc32", "", "sha1")
    ]
