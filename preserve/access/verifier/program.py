#!/usr/bin/env python3
"""核对一份利用信息包。Checks a delivery of evidence (DIP) from the archive.

    python verify.py [--key FINGERPRINT] [FOLDER]     the folder in which this program lies, or another delivery

Needs Python 3.8 or newer and nothing else, no network, no software of the archive. It only reads; links are not
followed. Each file is held against proof/evidence.json (SHA-256, and SM3 where this Python computes it), that list
and the certificate against the archive's ledger, the ledger's entries against its signed checkpoint (RFC 9162,
Ed25519), and the BagIt manifests (RFC 8493) against all of it. Compare the fingerprint of the key, which is printed,
with the one in the certificate, or give with --key that fingerprint, or what the code on the first page holds.
Exit status: 0 intact, 4 not intact, 2 called wrongly.
"""

from __future__ import annotations

import sys

# Nothing that lies beside this program is run: a json.py in this folder would be taken for Python's own.
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

import argparse
import hashlib
import io
import json
import os
import re
import time
from typing import Any, TextIO

from preserve.access.verifier.cross_check import anchor, check_manifests, hold_against
from preserve.access.verifier.reading import (
    CERTIFICATE,
    CODE,
    DIGEST,
    EVIDENCE,
    MARKS,
    OWN,
    PROOF,
    Broken,
    read_evidence,
    read_proof,
    read_small,
)
from preserve.archival_storage.guide.verify import (
    BLOCK,
    INTACT,
    NOT_INTACT,
    OF_DESKTOP,
    USAGE,
    Check,
    can,
    printable,
    take_inventory,
)

WORDS = {
    "altered": ("被改动", "altered"),
    "missing": ("缺失", "missing"),
    "extra": ("清单中没有", "not in the list"),
    "unreadable": ("读不出来", "cannot be read"),
    "link": ("是链接或特殊文件，未读取", "a link or special file, not read"),
    "unsafe": ("清单中的路径不安全，未打开", "unsafe path in the list, not opened"),
    "malformed": ("格式有误", "malformed"),
    "manifest": ("与文件清单不一致", "disagrees with the list of files"),
    "evidence": ("文件清单与档案库日志记载的不一致", "the list of files is not the one in the archive's ledger"),
    "certificate": ("证明与档案库日志记载的不一致", "the certificate is not the one in the archive's ledger"),
    "entry": ("日志记录未被存证点证明", "an entry of the ledger that the checkpoint does not prove"),
    "checkpoint": ("存证点与日志不符", "a checkpoint that is not the ledger's"),
    "signature": ("存证点的签名不成立", "the signature of the checkpoint does not hold"),
    "key": ("公钥指纹与所给的不一致", "the key's fingerprint is not the given one"),
    "other": ("属于另一份利用信息包", "belongs to another delivery"),
}


class Meter:
    """Says on a terminal how far the reading is."""

    def __init__(self, total: int, live: bool) -> None:
        self.total, self.live, self.done, self.shown = total, live, 0, 0.0

    def moved(self, count: int) -> None:
        """Count bytes that were read."""
        self.done += count
        if self.live and time.time() - self.shown > 0.5:
            self.shown = time.time()
            sys.stderr.write(f"\r{self.done / (self.total or 1):6.1%}  {self.done >> 20} / {self.total >> 20} MiB ")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        sys.stderr.write("\r" + " " * 60 + "\r" if self.live else "")


def digests(check: Check, name: str, meter: Meter) -> dict[str, str] | None:
    """All digests of a file that this Python computes, a block at a time; reported where it cannot be read."""
    running = {one: hashlib.new(one) for one in ("sha256", "sm3") if can(one)}
    try:
        with check.open(name) as stream:
            for block in iter(lambda: stream.read(BLOCK), b""):
                for digest in running.values():
                    digest.update(block)
                meter.moved(len(block))
    except OSError as error:
        check.report("unreadable", name, error.strerror or "")
        return None
    return {one: digest.hexdigest() for one, digest in running.items()}


def left_by_systems(name: str) -> bool:
    """Whether an operating system puts such files into folders that are looked at."""
    return OF_DESKTOP.search(name) is not None


def compare(check: Check, files: dict[str, Any], meter: Meter) -> tuple[int, dict[str, dict[str, str]]]:
    """Read every file; how many listed ones are intact, and the digests of those that the list cannot name."""
    intact, known, own = 0, set(OWN), {}
    for path in sorted(files):
        name = check.look_up(path)
        if name is None:
            check.report("missing", path)
            continue
        known.add(name)
        one = files[path]
        if check.found[name] != one["size"]:
            check.report("altered", path, "{} B, {} B".format(check.found[name], one["size"]))
            continue
        read = digests(check, name, meter)
        if read is not None and any(one[algorithm] != digest for algorithm, digest in read.items()):
            check.report("altered", path, read["sha256"])
        elif read is not None:
            intact += 1
    for path in OWN:
        if path not in check.found:
            check.report("missing", path)
            continue
        read = digests(check, path, meter)
        if read is not None:
            own[path] = read
    for name in check.found:
        if files and name not in known and not left_by_systems(name):
            check.report("extra", name)
    return intact, own


def verify(folder: str, key: str = "", quiet: bool = True) -> dict[str, Any]:
    """Check a delivery; the result as --json prints it. Raises ValueError where there is none."""
    root = os.path.abspath(folder)
    if not os.path.isdir(root):
        raise ValueError("没有这个文件夹 / no such folder: " + folder)
    if os.name == "nt" and not root.startswith("\\\\"):
        root = "\\\\?\\" + root  # otherwise Windows opens no path beyond 260 characters
    check = Check(root)
    take_inventory(check)
    if sum(name in check.found for name in MARKS) < 3:
        raise ValueError("这里不是利用信息包 / no delivery here: " + folder)
    evidence: dict[str, Any] = {"files": {}}
    proof: dict[str, Any] = {"entries": []}
    for path in (EVIDENCE, PROOF):
        try:
            data = read_small(check, path)
            if path == EVIDENCE:
                evidence = read_evidence(check, data)
            else:
                proof = read_proof(check, data)
        except Broken as error:
            if str(error):
                check.report("malformed", path, str(error))
    files = evidence["files"]
    meter = Meter(sum(check.found.values()), not quiet and sys.stderr.isatty())
    intact, own = compare(check, files, meter)
    meter.end()
    if files and "size" in proof:
        for action, name, path in (
            ("dip.made", "evidence_sha256", EVIDENCE),
            ("dip.certified", "certificate_sha256", CERTIFICATE),
        ):
            anchor(check, proof, evidence["dip"], action, name, path, own.get(path, {}).get("sha256"))
    if files:
        check_manifests(check, files, own)
    evidence_sha256 = own.get(EVIDENCE, {}).get("sha256", "")
    if key and files and "size" in proof:
        hold_against(check, key, evidence["dip"], evidence_sha256, proof)
    problems = [check.problems[problem] for problem in sorted(check.problems)]
    return {
        "intact": not problems,
        "dip": evidence.get("dip", ""),
        "request": evidence.get("request", ""),
        "made": evidence.get("made", ""),
        "listed": len(files),
        "files_intact": intact,
        "bytes": meter.done,
        "sm3": can("sm3"),
        "fingerprint": proof.get("fingerprint", ""),
        "evidence_sha256": evidence_sha256,
        "roots": proof.get("roots", {}),
        "key_given": bool(key),
        "checkpoint": {"size": proof.get("size", 0), "made": proof.get("made", "")},
        "entries": len(proof["entries"]),
        "ignored": sorted(name for name in check.found if left_by_systems(name) and name not in files),
        "problems": [dict(problem._asdict()) for problem in problems],
    }


def grouped(digest: str) -> str:
    """A digest as it is printed in the certificate: eight characters at a time."""
    return " ".join(re.findall("." * 8, digest))


def show(result: dict[str, Any], out: TextIO) -> None:
    """Say the result in both languages."""
    facts = (("利用信息包 / delivery", "dip"), ("申请 / request", "request"), ("制作时间 / made (UTC)", "made"))
    for label, name in facts:
        out.write(f"{label}: {printable(result[name])}\n")
    for problem in result["problems"]:
        detail = "  [{}]".format(problem["detail"]) if problem["detail"] else ""
        out.write(printable("  ! {}: {}{}".format(" / ".join(WORDS[problem["kind"]]), problem["path"], detail)) + "\n")
    out.write("完好的文件 / files intact: {} / {}\n".format(result["files_intact"], result["listed"]))
    if result["ignored"]:
        out.write(f"系统自己放进来的文件，未核对 / files that a system left, not checked: {len(result['ignored'])}\n")
    if not result["sm3"]:
        out.write("本机的 Python 不会算 SM3，只核对了 SHA-256。/ This Python has no SM3: only SHA-256 was checked.\n")
    if result["fingerprint"]:
        out.write("公钥指纹 / fingerprint of the key:\n  {}\n".format(grouped(result["fingerprint"])))
        out.write("证据清单的数字摘要 / digest of the evidence:\n  {}\n".format(grouped(result["evidence_sha256"])))
        for size, root in result["roots"].items():
            out.write(f"日志总校验值 / root ({size} 条 entries):\n  {grouped(root)}\n")
    if not result["intact"]:
        out.write("结论：不完好！/ Result: NOT intact! ({})\n".format(len(result["problems"])))
        return
    out.write("结论：完好。/ Result: intact.\n")
    if not result["key_given"]:
        out.write("请把公钥指纹与证明上印的对照，一致才算数。\n")
        out.write("It counts only if the fingerprint is the one printed in the certificate: compare them.\n")
    out.write("证明本身的电子签名请用 PDF 阅读器核对。/ Check the signature of certificate.pdf in a PDF viewer.\n")


def main() -> int:
    """The command; its exit status."""
    for name in ("stdout", "stderr"):  # an old console may not know Chinese; an escape is better than no result
        old = getattr(sys, name)
        setattr(sys, name, io.TextIOWrapper(old.buffer, old.encoding, "backslashreplace", line_buffering=True))
    parser = argparse.ArgumentParser(description="核对一份利用信息包 / checks a delivery of evidence")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument(
        "--key",
        default="",
        help="证明上印的公钥指纹，或核对码的内容 / the key's fingerprint, or what the code of the certificate holds",
    )
    parser.add_argument("--json", action="store_true", help="结果写成 JSON / the result as JSON")
    arguments = parser.parse_args()
    key = arguments.key.strip()
    key = key if CODE.fullmatch(key) else re.sub(r"[\s:-]", "", key).lower()
    try:
        if arguments.key and not DIGEST.fullmatch(key) and not CODE.fullmatch(key):
            raise ValueError("指纹应为 64 个十六进制字符 / a fingerprint has 64 hexadecimal characters")
        result = verify(arguments.folder, key, quiet=arguments.json)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    if arguments.json:
        sys.stdout.write(json.dumps(result, indent=1, sort_keys=True) + "\n")
    else:
        show(result, sys.stdout)
        if os.name == "nt" and len(sys.argv) == 1 and sys.stdin is not None and sys.stdin.isatty():
            input("按回车键结束 / press Enter to end ")  # started by a double click, the window would close at once
    return INTACT if result["intact"] else NOT_INTACT


if __name__ == "__main__":
    sys.exit(main())
