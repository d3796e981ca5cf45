"""Valid packages made with the writers of `metadata` alone, laid out as ingest lays them out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid5

from metadata import bag, csip
from metadata.dublin_core import write_dublin_core
from metadata.entities import (
    Agent,
    Event,
    FileObject,
    Format,
    IntellectualEntity,
    Link,
    Object,
    Relationship,
    Representation,
    Rights,
)
from metadata.mets import (
    Division,
    Header,
    MetsFile,
    RepresentationReference,
    write_representation_mets,
    write_root_mets,
)
from metadata.names import xml_name
from metadata.premis import write_premis
from metadata.schemas import IN_PACKAGE, packaged

OBJID = "aip-01jd0000000000000000000000"
NAME = f"{OBJID}_v0001"
WHEN = "2026-01-05T02:00:00Z"
_SPACE = UUID("11111111-2222-4333-8444-555555555555")

Content = Sequence[tuple[str, bytes]]
TINY: Content = (
    ("笔录/询问笔录.txt", "问：姓名？答：张三。\n".encode()),
    ("现场 照片+1.jpg", b"\xff\xd8\xff\xe0 picture"),
)


def identifier(kind: str, name: str) -> str:
    """A UUID that is the same in every run."""
    return str(uuid5(_SPACE, f"{kind}/{name}"))


def many(count: int = 300) -> list[tuple[str, bytes]]:
    """So many small files in a few folders."""
    return [(f"夹{n % 7}/文件 {n:05d}.txt", f"第 {n} 件\n".encode() * (n % 40)) for n in range(count)]


def chinese() -> list[tuple[str, bytes]]:
    """Names that need care in an href, an XML attribute and a manifest."""
    names = (
        "行政处罚决定书（京〔2026〕1号）.txt",
        "a&b 'c' <d>.txt".replace("<", "(").replace(">", ")"),
        "空 格+加号.txt",
        "文#件;x=1,@!$.txt",
        "é-ü.txt",
        "deep/" * 6 + "文.txt",
        "[方括号]{大括号}.txt",
        "没有扩展名",
        "~波浪.txt",
    )
    return [(name, name.encode()) for name in names]


class Maker:
    """Writes one package; every file's digests are taken once, when it is written."""

    def __init__(self, folder: Path, algorithms: Sequence[str]) -> None:
        self.bag = folder / NAME
        self.root = self.bag / "data" / OBJID
        self.algorithms = algorithms
        self.known: dict[str, tuple[int, dict[str, str]]] = {}
        self.root.mkdir(parents=True)

    def put(self, relative: str, data: bytes) -> None:
        """A file of the information package."""
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.take(relative, data)

    def write(self, relative: str, writer: Callable[[Path], object]) -> None:
        """A file that a writer of `metadata` writes."""
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        writer(path)
        self.take(relative, path.read_bytes())

    def take(self, relative: str, data: bytes) -> None:
        """Remember its size and digests."""
        digests = {name: hashlib.new(name, data).hexdigest() for name in self.algorithms}
        self.known[relative] = len(data), digests

    def reference(self, relative: str, mime: str, base: str = "", kind: str = "metadata") -> MetsFile:
        """It as METS refers to it from the folder `base`."""
        size, digests = self.known[relative]
        name = relative.removeprefix(base)
        return MetsFile(identifier(kind, relative), name, size, digests["sha256"], mime, WHEN)


PROGRAM = Agent(identifier("agent", "preserve"), "preserve", "software", "0.1.0")


def _doing(kind: str, name: str, target: str, *more: Link) -> Event:
    links = (Link(target), *more)
    doer = (Link(PROGRAM.identifier, "executing program"),)
    return Event(identifier("event", name), kind, WHEN, "做了什么", "success", "结果", doer, links)


def _object(maker: Maker, role: str, name: str, source: str | None) -> FileObject:
    size, digests = maker.known[f"representations/{role}/data/{name}"]
    relationships: tuple[Relationship, ...] = ()
    if source is not None:
        event = identifier("event", f"{role}/{name}")
        relationships = (Relationship("derivation", "has source", identifier("original", source), event),)
    return FileObject(
        identifier(role, name),
        "data/" + name,
        size,
        digests,
        Format("Plain Text File", "", "x-fmt/111", "basis"),
        xml_name(name) if source is None else "",
        (("encoding", "UTF-8"),),
        relationships,
    )


def _representation(
    maker: Maker, role: str, content: Content, sources: dict[str, str], header: Header
) -> RepresentationReference:
    base = f"representations/{role}/"
    for name, data in content:
        maker.put(f"{base}data/{name}", data)

    def objects() -> Iterator[Object]:
        whole = Relationship("structural", "represents", identifier("entity", OBJID))
        yield Representation(identifier("representation", role), role, (whole,))
        for name, _ in content:
            yield _object(maker, role, name, sources.get(name))

    def events() -> Iterator[Event]:
        if not sources:
            yield _doing("message digest calculation", role + " digests", identifier("representation", role))
        for name, source in sources.items():
            outcome = Link(identifier(role, name), "outcome")
            yield _doing("normalization", f"{role}/{name}", identifier("original", source), outcome)

    maker.write(base + csip.PREMIS, lambda path: write_premis(path, objects(), events(), [PROGRAM]))
    premis = maker.reference(base + csip.PREMIS, "application/xml", base)
    files = [maker.reference(f"{base}data/{name}", "text/plain", base, role) for name, _ in content]
    inside = Header(role, header.label, header.created, header.program, header.version)
    first = [one.identifier for one in files[:1]]
    divisions = [Division("initiation", "启动 initiation", first)] if role == "original" else []
    maker.write(
        base + csip.METS, lambda path: write_representation_mets(path, inside, premis, files, f"data-{role}", divisions)
    )
    return RepresentationReference(role, maker.reference(base + csip.METS, "application/xml"))


def make_package(
    folder: Path, content: Content = TINY, *, algorithms: Sequence[str] = ("sha256",), preservation: bool = True
) -> Path:
    """Make a valid package in `folder`; return the bag. With `preservation` each file has a derivative."""
    maker = Maker(folder, algorithms)
    header = Header(OBJID, "京罚〔2026〕1号 <未经许可> & 其他", WHEN, "preserve", "0.1.0")
    references = [_representation(maker, "original", content, {}, header)]
    if preservation:
        made = [(name + ".xml", b"<x>" + data.hex().encode() + b"</x>") for name, data in content]
        sources = {name + ".xml": name for name, _ in content}
        references.append(_representation(maker, "preservation", made, sources, header))
    maker.write(csip.DUBLIN_CORE, lambda path: write_dublin_core(path, [("title", "案卷"), ("identifier", OBJID)]))
    maker.put(csip.CASE, '{"case_number": "京罚〔2026〕1号"}\n'.encode())
    maker.put("documentation/README.zh.txt", "这是一个归档信息包。\n".encode())
    for name in IN_PACKAGE:
        maker.put(f"schemas/{name}", packaged(name))
    maker.write(csip.PREMIS, _write_root_premis)
    maker.write(
        csip.METS,
        lambda path: write_root_mets(
            path,
            header,
            descriptive=[
                maker.reference(csip.DUBLIN_CORE, "application/xml"),
                maker.reference(csip.CASE, "application/json"),
            ],
            premis=maker.reference(csip.PREMIS, "application/xml"),
            documentation=[maker.reference("documentation/README.zh.txt", "text/plain")],
            schemas=[maker.reference(f"schemas/{name}", "application/xml") for name in IN_PACKAGE],
            representations=references,
        ),
    )
    seal(maker.bag, algorithms, {f"data/{OBJID}/{name}": known for name, known in maker.known.items()})
    return maker.bag


def _write_root_premis(path: Path) -> None:
    entity = IntellectualEntity(identifier("entity", OBJID), "京罚〔2026〕1号", (("retention", "永久"),))
    link = (Link(entity.identifier),)
    rights = [
        Rights(identifier("rights", "1"), "statute", "cn", "第二十条", "disclose", "不得公开", objects=link),
        Rights(identifier("rights", "2"), "statute", "cn", "第十九条", "delete", "永久", "2026-01-01", objects=link),
    ]
    write_premis(path, [entity], [_doing("ingestion start", "root", entity.identifier)], [PROGRAM], rights)


def info(size: int, count: int) -> list[tuple[str, str]]:
    """bag-info.txt as ingest writes it."""
    return [
        ("Source-Organization", "某市市场监督管理局"),
        ("External-Identifier", OBJID),
        ("External-Description", "案卷"),
        ("Bagging-Date", WHEN[:10]),
        ("Payload-Oxum", f"{size}.{count}"),
        ("Bag-Size", f"{size} bytes"),
        ("Bag-Software-Agent", "preserve 0.1.0"),
        ("BagIt-Profile-Identifier", csip.BAG_PROFILE),
        ("Internal-Sender-Identifier", "京罚〔2026〕1号"),
        ("E-ARK-Package-Type", "AIP"),
        ("E-ARK-Specification-Version", "2.2.0"),
        ("AIP-Version", "1"),
    ]


def seal(folder: Path, algorithms: Iterable[str], known: dict[str, tuple[int, dict[str, str]]]) -> None:
    """The bag's own files over known digests."""
    chosen = tuple(algorithms)
    bag.write_declaration(folder)
    for algorithm in chosen:
        lines = ((name, digests[algorithm]) for name, (_, digests) in known.items())
        bag.write_manifest(folder / f"manifest-{algorithm}.txt", lines)
    bag.write_info(folder, info(sum(size for size, _ in known.values()), len(known)))
    bag.write_tag_manifests(folder, chosen)


def reseal(folder: Path) -> None:
    """Write the bag's own files again over what lies there now, so that a wound shows in one place only."""
    known: dict[str, tuple[int, dict[str, str]]] = {}
    algorithms = sorted(one.algorithm for one in bag.manifests(os.listdir(folder)) if not one.tag)
    for path in sorted((folder / "data").rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            digests = {name: hashlib.new(name, data).hexdigest() for name in algorithms}
            known[path.relative_to(folder).as_posix()] = len(data), digests
    seal(folder, algorithms, known)


def plain_bag(folder: Path, content: Iterable[tuple[str, bytes]], algorithms: Sequence[str] = ("sha256",)) -> Path:
    """A bag without information package."""
    made = folder / "bag"
    known: dict[str, tuple[int, dict[str, str]]] = {}
    for name, data in content:
        path = made / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        known["data/" + name] = len(data), {one: hashlib.new(one, data).hexdigest() for one in algorithms}
    (made / "data").mkdir(parents=True, exist_ok=True)
    bag.write_declaration(made)
    for algorithm in algorithms:
        bag.write_manifest(
            made / f"manifest-{algorithm}.txt", ((name, digests[algorithm]) for name, (_, digests) in known.items())
        )
    bag.write_info(made, [("Payload-Oxum", f"{sum(size for size, _ in known.values())}.{len(known)}")])
    bag.write_tag_manifests(made, algorithms)
    return made
