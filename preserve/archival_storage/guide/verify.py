#!/usr/bin/env python3
# ruff: noqa: UP006, UP007, UP014, UP035, UP045  (Python 3.6 knows no newer form of annotations)
"""核对一张光盘、一块硬盘或一个 BagIt 包。Checks a disc, a drive or one BagIt bag.

    python3 verify.py [FOLDER]     the folder in which this program lies, another medium, or one bag (RFC 8493)

Needs Python 3.6 or newer and nothing else. It only reads. Each file is read once and compared with every list that
names it: the medium's manifest-sha256.txt and the manifests of the bags below packages/ and parts/. Links are not
followed, and nothing outside the folder is opened. Exit status: 0 intact, 4 not intact, 2 called wrongly.
"""

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
import stat
import time
import unicodedata
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, TextIO, Tuple, Union

INTACT, USAGE, NOT_INTACT = 0, 2, 4
BLOCK = 1 << 20
LIST, PARTS = "manifest-sha256.txt", "parts.json"
MANIFEST = re.compile(r"^(tag)?manifest-([a-z0-9]+)\.txt$")
DECLARATION = re.compile(r"^BagIt-Version: (\d+)\.(\d+)[\r\n]+Tag-File-Character-Encoding: UTF-8\s*$")
OXUM = re.compile(r"(?mi)^Payload-Oxum:\s*(\d+)\.(\d+)\s*$")
COUNT = re.compile(r"(?mi)^Bag-Count:\s*(\d+) of (\d+)\s*$")
# What operating systems put at the top of a drive, and into any folder that is looked at.
OF_SYSTEM = re.compile(r"^(System Volume Information|\$RECYCLE\.BIN|lost\+found|\.(Trash.*|Spotlight-V100|fseventsd))$")
OF_DESKTOP = re.compile(r"(^|/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$")
WORDS = {
    "damaged": ("已损坏或被改动", "damaged or altered"),
    "missing": ("缺失", "missing"),
    "extra": ("清单中没有", "not in the list"),
    "unreadable": ("读不出来", "cannot be read"),
    "link": ("是链接或特殊文件，未读取", "a link or special file, not read"),
    "unsafe": ("清单中的路径不安全，未打开", "unsafe path in a list, not opened"),
    "malformed": ("格式有误", "malformed"),
    "oxum": ("文件数或字节数与 Payload-Oxum 不符", "number of files or bytes is not that of Payload-Oxum"),
    "algorithm": ("没有本程序会算的数字摘要", "no digest that this program can compute"),
}

Problem = NamedTuple("Problem", [("kind", str), ("path", str), ("detail", str)])
Wanted = NamedTuple("Wanted", [("algorithm", str), ("digest", str), ("source", str)])


class Check:
    """What is known about one folder while it is checked."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.problems: Dict[Tuple[str, str], Problem] = {}
        self.found: Dict[str, int] = {}
        self.by_nfc: Dict[str, str] = {}
        self.wanted: Dict[str, List[Wanted]] = {}
        self.bags: List[Tuple[str, int, int]] = []  # folder, volume, volumes; 0 of 0 where all of it is here

    def report(self, kind: str, path: str, detail: str = "") -> None:
        """Note a problem, once for each kind and path."""
        self.problems.setdefault((path, kind), Problem(kind, path, detail))

    def place(self, path: str) -> Union[str, bytes]:
        """Where a path of the lists lies. Names on POSIX systems are bytes: UTF-8 here, whatever the locale says."""
        if os.name == "nt":
            return os.path.join(self.root, path.replace("/", "\\"))
        return os.path.join(os.fsencode(self.root), path.encode("utf-8", "surrogateescape"))

    def look_up(self, path: str) -> Optional[str]:
        """The name under which a listed file lies here; some systems store another Unicode form of the same name."""
        return path if path in self.found else self.by_nfc.get(unicodedata.normalize("NFC", path))

    def want(self, path: str, algorithm: str, digest: str, source: str) -> str:
        """Expect a file with this digest; its name here, or `path` where it is missing or may not be opened."""
        name = self.look_up(path)
        if not is_safe(path):
            self.report("unsafe", path, source)
        elif name is None:
            self.report("missing", path, source)
        else:
            self.wanted.setdefault(name, []).append(Wanted(algorithm, digest, source))
        return name or path

    def open(self, path: str) -> io.FileIO:
        """Open for reading; not through a link, where the system can refuse that."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return io.FileIO(os.open(self.place(path), flags), "r")

    def text(self, path: str) -> str:
        """A text file of the folder; empty, and reported, where it cannot be read or is not UTF-8."""
        try:
            with self.open(path) as stream:
                return stream.readall().decode("utf-8")
        except OSError as error:
            self.report("unreadable", path, error.strerror or "")
        except UnicodeDecodeError:
            self.report("malformed", path, "UTF-8")
        return ""


def is_safe(path: str) -> bool:
    """Whether a path from a list stays below the folder, on every system."""
    if "\\" in path or "\0" in path or path[1:2] == ":" or (os.name == "nt" and ":" in path):
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def can(algorithm: str) -> bool:
    """Whether this Python computes that digest."""
    try:
        return hashlib.new(algorithm).digest_size > 0
    except ValueError:
        return False


def take_inventory(check: Check) -> None:
    """Enter every regular file below the root; report what is something else."""
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            names: List[Any] = list(os.listdir(check.place(folder)))
        except OSError as error:
            check.report("unreadable", folder, error.strerror or "")
            continue
        for name in names:
            path = folder + (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
            if OF_SYSTEM.match(path):
                continue
            try:
                info = os.lstat(check.place(path))
            except OSError as error:
                check.report("unreadable", path, error.strerror or "")
                continue
            # 0x400 is FILE_ATTRIBUTE_REPARSE_POINT: a junction of Windows is a folder that leads elsewhere.
            if stat.S_ISDIR(info.st_mode) and not getattr(info, "st_file_attributes", 0) & 0x400:
                pending.append(path + "/")
            elif stat.S_ISREG(info.st_mode):
                check.found[path] = info.st_size
                check.by_nfc[unicodedata.normalize("NFC", path)] = path
            else:
                check.report("link", path)


def read_list(check: Check, path: str, bagit: bool) -> Iterator[Tuple[str, str]]:
    """Digest and path of each line, of sha256sum's form or that of BagIt (RFC 8493, 2.1.3)."""
    form = re.compile(r"^([0-9A-Fa-f]+)[ \t]+\*?(.+)$" if bagit else r"^([0-9A-Fa-f]{64}) [ *](.+)$")
    seen: Set[str] = set()
    for number, line in enumerate(re.split("\r\n|\r|\n", check.text(path)), 1):
        parted = form.match(line)
        name = parted.group(2) if parted else ""
        if bagit:
            name = re.sub("%(0[AaDd]|25)", lambda one: chr(int(one.group(1), 16)), name)
        if parted and name not in seen:
            seen.add(name)
            yield parted.group(1).lower(), name
        elif line:
            check.report("malformed", path, f"line {number}")


def read_parts(check: Check) -> Dict[str, Any]:
    """What parts.json says of packages that are only partly on this volume, by the name of their folder."""
    try:
        said = json.loads(check.text(PARTS)) if PARTS in check.found else {}
        for one in said.values():
            one["volume"], one["volumes"] = int(one["volume"]), int(one["volumes"])
            one["files"] = {str(path) for path in one["files"]}
        return dict(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        check.report("malformed", PARTS, str(error))
        return {}


def plan_medium(check: Check) -> None:
    """Expect what the medium's own list names, and every bag below packages/ and parts/."""
    if LIST not in check.found:
        check.report("missing", LIST)
    else:
        listed = {LIST, "medium.json"}  # a drive's own mark, which changes with every writing: no list names it
        for digest, path in read_list(check, LIST, False):
            listed.add(check.want(path, "sha256", digest, LIST))
        for path in check.found:
            if path not in listed and not OF_DESKTOP.search(path):
                check.report("extra", path)
    parts = read_parts(check)
    bags: Dict[str, Dict[str, int]] = {f"packages/{name}/": {} for name in parts}
    for path, size in check.found.items():
        steps = path.split("/", 2)
        if steps[0] in ("packages", "parts") and len(steps) == 3:
            bags.setdefault(f"{steps[0]}/{steps[1]}/", {})[steps[2]] = size
    for base in sorted(bags):
        plan_bag(check, base, bags[base], parts.get(base[len("packages/") : -1]) if base[:4] == "pack" else None)


def plan_bag(check: Check, base: str, files: Dict[str, int], part: Optional[Dict[str, Any]]) -> None:
    """Expect what a bag's manifests name; of a bag that is partly here, what parts.json says is here."""
    here: Optional[Set[str]] = None
    if part:
        here = {path[len(base) :] if path.startswith(base) else path for path in part["files"]}
        for path in here:
            if not is_safe(path) or check.look_up(base + path) is None:
                check.report("missing" if is_safe(path) else "unsafe", base + path, PARTS)
    payload = {path for path in files if path.startswith("data/") and not OF_DESKTOP.search(path)}
    strict = here is None and is_strict(check, base, files)
    known = set(here or ())
    computable = False
    for found in filter(None, map(MANIFEST.match, sorted(files))):
        manifest, tag, algorithm = found.group(0), bool(found.group(1)), found.group(2)
        computable = computable or (can(algorithm) and not tag)
        listed: Set[str] = set()
        for digest, path in read_list(check, base + manifest, True):
            if not is_safe(path):
                check.report("unsafe", base + path, base + manifest)
            elif path.startswith("data/") is tag:
                check.report("malformed", base + manifest, path)
            elif can(algorithm) and (here is None or path in here):
                listed.add(check.want(base + path, algorithm, digest, base + manifest)[len(base) :])
            else:
                listed.add((check.look_up(base + path) or base + path)[len(base) :])
        known |= listed
        for path in payload - listed if strict and not tag else ():
            check.report("extra", base + path, base + manifest)
    if here is None and not computable:
        check.report("algorithm", base + "manifest-*.txt")
    counted = payload | {path for path in known if path.startswith("data/") and path in files}
    place = check_info(check, base, [files[path] for path in counted]) if here is None else (0, 0)
    check.bags.append((base, part["volume"], part["volumes"]) if part else (base, *place))
    for path in payload - known:
        check.report("extra", base + path)


def is_strict(check: Check, base: str, files: Dict[str, int]) -> bool:
    """Check bagit.txt (RFC 8493, 2.1.1); whether every manifest must list every file, as since version 1.0."""
    said = DECLARATION.match(check.text(base + "bagit.txt") if "bagit.txt" in files else "")
    if said is None:
        check.report("malformed" if "bagit.txt" in files else "missing", base + "bagit.txt")
    return said is not None and int(said.group(1)) >= 1


def check_info(check: Check, base: str, sizes: List[int]) -> Tuple[int, int]:
    """Compare the payload with bag-info.txt, if any (RFC 8493, 2.2.2); which bag of how many this is, else 0."""
    path = base + "bag-info.txt"
    text = check.text(path) if path in check.found else ""
    said, count = OXUM.search(text), COUNT.search(text)
    if said and (int(said.group(1)), int(said.group(2))) != (sum(sizes), len(sizes)):
        check.report("oxum", path, f"{said.group(0).strip()}, {sum(sizes)}.{len(sizes)}")
    return (int(count.group(1)), int(count.group(2))) if count else (0, 0)


def compare(check: Check, quiet: bool) -> int:
    """Read every expected file once, a block at a time; return the bytes read."""
    total, done, shown = sum(check.found[path] for path in check.wanted), 0, 0.0
    live = not quiet and sys.stderr.isatty()
    for path in sorted(check.wanted):
        running = {one.algorithm: hashlib.new(one.algorithm) for one in check.wanted[path]}
        try:
            with check.open(path) as stream:
                for block in iter(lambda: stream.read(BLOCK), b""):
                    for digest in running.values():
                        digest.update(block)
                    done += len(block)
                    if live and time.time() - shown > 0.5:
                        shown = time.time()
                        sys.stderr.write(f"\r{done / (total or 1):6.1%}  {done >> 20} / {total >> 20} MiB ")
                        sys.stderr.flush()
        except OSError as error:
            check.report("unreadable", path, error.strerror or "")
            continue
        wrong = [one for one in check.wanted[path] if running[one.algorithm].hexdigest() != one.digest]
        if wrong:
            check.report("damaged", path, ", ".join(f"{one.source} ({one.algorithm})" for one in wrong))
    sys.stderr.write("\r" + " " * 60 + "\r" if live else "")
    return done


def verify(folder: str, quiet: bool = True) -> Dict[str, Any]:
    """Check a medium or a bag; the result as --json prints it. Raises ValueError where there is neither."""
    root = os.path.abspath(folder)
    if not os.path.isdir(root):
        raise ValueError("没有这个文件夹 / no such folder: " + folder)
    if os.name == "nt" and not root.startswith("\\\\"):
        root = "\\\\?\\" + root  # otherwise Windows opens no path beyond 260 characters
    check = Check(root)
    take_inventory(check)
    single = "bagit.txt" in check.found
    if single:
        plan_bag(check, "", check.found, None)
    elif LIST in check.found or any(path.startswith(("packages/", "parts/")) for path in check.found):
        plan_medium(check)
    else:
        raise ValueError("这里没有可核对的内容 / nothing to check here: " + folder)
    size = compare(check, quiet)
    problems = [check.problems[key] for key in sorted(check.problems)]
    bags: List[Dict[str, Any]] = [
        {
            "name": base.split("/")[1] if base else os.path.basename(root),
            "volume": volume,
            "volumes": volumes,
            "problems": sum(problem.path.startswith(base) for problem in problems),
        }
        for base, volume, volumes in check.bags
    ]
    return {
        "intact": not problems,
        "kind": "bag" if single else "medium",
        "files": len(check.wanted),
        "bytes": size,
        "bags": bags,
        "problems": [dict(problem._asdict()) for problem in problems],
    }


def printable(text: str) -> str:
    """Text without what would steer a terminal, or turn its letters around."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "?", text)


def show(result: Dict[str, Any], out: TextIO) -> None:
    """Say the result in both languages."""
    for bag in result["bags"]:
        state = f"有问题 / problems: {bag['problems']}" if bag["problems"] else "完好 / intact"
        if bag["volumes"] > 1:
            state += f"（只有一部分在此 / only partly here: {bag['volume']} / {bag['volumes']}）"
        out.write(f"{printable(bag['name'])}  {state}\n")
    for problem in result["problems"]:
        detail = f"  [{problem['detail']}]" if problem["detail"] else ""
        out.write(printable(f"  ! {' / '.join(WORDS[problem['kind']])}: {problem['path']}{detail}") + "\n")
    out.write(f"文件 / files: {result['files']}    字节 / bytes: {result['bytes']}\n")
    bad = f"结论：不完好。/ Result: NOT intact, problems: {len(result['problems'])}\n"
    out.write("结论：完好。/ Result: intact.\n" if result["intact"] else bad)


def main() -> int:
    """The command; its exit status."""
    for name in ("stdout", "stderr"):  # an old console may not know Chinese; an escape is better than no result
        old = getattr(sys, name)
        setattr(sys, name, io.TextIOWrapper(old.buffer, old.encoding, "backslashreplace", line_buffering=True))
    parser = argparse.ArgumentParser(description="核对光盘、硬盘或 BagIt 包 / checks a disc, a drive or a BagIt bag")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--json", action="store_true", help="结果写成 JSON / the result as JSON")
    arguments = parser.parse_args()
    try:
        result = verify(arguments.folder, quiet=arguments.json)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return USAGE
    if arguments.json:
        sys.stdout.write(json.dumps(result, indent=1, sort_keys=True) + "\n")
    else:
        show(result, sys.stdout)
    return INTACT if result["intact"] else NOT_INTACT


if __name__ == "__main__":
    sys.exit(main())
