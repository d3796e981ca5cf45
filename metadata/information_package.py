"""An E-ARK information package inside a bag, read once: its METS and PREMIS files as far as rules compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from metadata import csip
from metadata.beside import Beside
from metadata.compact import TextSet
from metadata.entities import Relationship
from metadata.errors import XMLRefused
from metadata.findings import Finding, Value
from metadata.mets import Identifiers, Reference, read_identity, read_references
from metadata.opened import OpenedBag
from metadata.packed_bag import Marks
from metadata.premis import beside
from metadata.premis.outline import Outline, read_outlines
from metadata.schemas import mets_schema, premis_schema


@dataclass(slots=True)
class MetsDocument:
    """A METS file: its path in the package, the folder its hrefs start from, OBJID, identifiers.

    `wrong` is what is to be said of its references, which are compared as they are read: a large one has many.
    """

    path: str
    base: str  # "" or with a slash at its end
    objid: str = ""
    identifiers: Identifiers = field(default_factory=Identifiers)
    wrong: list[Finding] = field(default_factory=list)
    whole: bool = False  # read to its end without being refused


@dataclass(slots=True)
class PremisDocument:
    """A PREMIS file: which identifiers it gives, the files it describes, and what it refers to elsewhere.

    `wrong` is what is to be said of its files, `relations` and `links` what leads to no object that was met before.
    """

    path: str
    base: str
    described: Marks
    wrong: list[Finding] = field(default_factory=list)
    objects: TextSet = field(default_factory=TextSet)
    events: TextSet = field(default_factory=TextSet)
    agents: TextSet = field(default_factory=TextSet)
    repeated: list[str] = field(default_factory=list)
    relations: list[tuple[str, Relationship]] = field(default_factory=list)
    links: set[tuple[str, str, str]] = field(default_factory=set)  # from, "object" or "agent", to
    whole: bool = False


@dataclass(slots=True)
class InformationPackage:
    """The package `data/NAME` of a bag. `files` are paths below it with sizes, `referred` those that METS leads to."""

    bag: OpenedBag
    name: str
    files: Mapping[str, int]
    referred: Marks
    kind: str = ""  # as its root METS says: AIP, DIP
    mets: list[MetsDocument] = field(default_factory=list)
    premis: list[PremisDocument] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """Where the package lies in its bag."""
        return f"data/{self.name}/"

    def where(self, path: str) -> str:
        """A path of the package as path in the bag, for findings."""
        return self.prefix + path


def refer(package: InformationPackage, document: MetsDocument, reference: Reference) -> Iterator[Finding]:
    """What is wrong with a reference of METS (see `ip_rules.references`); its target is marked as referred to."""
    where = package.where(document.path)
    path = csip.target_of(document.base, reference.href)
    if path is None:
        yield Finding("ip.href-refused", where, values={"href": reference.href})
        return
    package.referred.add(path)
    if path not in package.files:
        yield Finding("ip.target-missing", where, values={"href": reference.href})
        return
    if reference.element == "mptr":
        return
    target = package.where(path)
    if reference.size is None:
        yield Finding("ip.size-missing", target, values={"document": document.path})
    elif reference.size != package.files[path]:
        values: dict[str, Value] = {"said": reference.size, "found": package.files[path], "document": document.path}
        yield Finding("ip.size-differs", target, values=values)
    if not reference.checksum:
        yield Finding("ip.checksum-missing", target, values={"document": document.path})
        return
    algorithm = reference.checksum_type.lower().replace("-", "")
    digest = package.bag.payload_digest(algorithm, target)
    if digest is None:
        # A file that the manifest does not list is the bag rules' to name.
        if f"manifest-{algorithm}.txt" not in package.bag.digests:
            values_ = {"document": document.path, "algorithm": reference.checksum_type}
            yield Finding("ip.checksum-not-comparable", target, values=values_)
    elif digest != reference.checksum:
        yield Finding("ip.checksum-differs", target, values={"document": document.path})


def describe(
    package: InformationPackage, document: PremisDocument, name: str, size: int, digest: str
) -> Iterator[Finding]:
    """What is wrong with a file as PREMIS describes it (see `ip_rules.objects`)."""
    path = document.base + name
    if path not in package.files or not name.startswith("data/"):
        yield Finding("ip.object-without-file", package.where(document.path), values={"path": name})
        return
    if size != package.files[path]:
        values: dict[str, Value] = {"said": size, "found": package.files[path]}
        yield Finding("ip.object-size-differs", package.where(path), values=values)
    expected = package.bag.payload_digest("sha256", package.where(path))
    if expected is not None and digest.lower() != expected:
        yield Finding("ip.object-digest-differs", package.where(path))


def package_names(bag: OpenedBag) -> list[str]:
    """The folders in `data/` that hold a METS file, the one that the bag is named after first."""
    end = "/" + csip.METS
    found = [
        name.split("/")[1]
        for name in bag.inventory.files
        if name.endswith(end) and name.startswith("data/") and name.count("/") == 2
    ]
    return sorted(found, key=lambda name: (not bag.name.startswith(name), name))


Outlines = Callable[[Path], Iterator[Outline]]


class PackageReading:
    """A package whose large PREMIS files are being read by a process while whoever asked for it does other things.

    Only there: libxml2 with a schema must not work in two threads of one process at once.
    """

    def __init__(self, bag: OpenedBag, name: str) -> None:
        # What is read is compared at once: all that the manifests say must be known by now.
        assert set(bag.digests) == {manifest.name for manifest in bag.manifests}, "the manifests were not read"
        files = bag.inventory.below(f"data/{name}/")
        self._package = package = InformationPackage(bag, name, files, Marks(files))
        for path in _documents(package.files, csip.PREMIS):
            package.premis.append(PremisDocument(path, path.removesuffix(csip.PREMIS), Marks(files)))
        large = [document for document in package.premis if beside.is_large(bag.root / package.where(document.path))]
        reading = partial(self._read_premis, large, beside.outlines)
        self._reading = Beside(reading, "premis") if large else None

    def _read_premis(self, documents: Iterable[PremisDocument], read: Outlines) -> dict[str, list[Finding]]:
        package = self._package
        return {
            document.path: list(_guarded(package, document.path, _read_premis(package, document, read)))
            for document in documents
        }

    def finish(self) -> InformationPackage:
        """The package with its METS files, too, each read as a stream. What is refused becomes a finding."""
        package = self._package
        for path in _documents(package.files, csip.METS):
            document = MetsDocument(path, path.removesuffix(csip.METS))
            package.mets.append(document)
            package.findings.extend(_guarded(package, path, _read_mets(package, document)))
        begun = self._reading.join() if self._reading else {}
        rest = [document for document in package.premis if document.path not in begun]
        said = {**begun, **self._read_premis(rest, lambda path: read_outlines(path, premis_schema()))}
        for premis in package.premis:
            package.findings.extend(said[premis.path])
        return package


def read_package(bag: OpenedBag, name: str) -> InformationPackage:
    """Read every METS and PREMIS file as a stream, validated by its schema. What is refused becomes a finding."""
    return PackageReading(bag, name).finish()


def _documents(files: Iterable[str], name: str) -> list[str]:
    """Those of the root and of each representation, the root's and the original's first."""
    found = [name] if name in files else []
    roles = sorted(
        {path.split("/")[1] for path in files if path.startswith("representations/") and path.count("/") > 1}
    )
    roles.sort(key=lambda role: role != "original")
    return found + [path for role in roles if (path := f"representations/{role}/{name}") in files]


def _guarded(package: InformationPackage, path: str, reading: Iterator[None]) -> Iterator[Finding]:
    values: dict[str, Value]
    try:
        for _ in reading:
            pass
    except XMLRefused as error:
        values = {"line": 0, "reason": "", **error.values}
        yield Finding(error.code, package.where(path), values=values)
    except OSError as error:
        yield Finding("bag.file-unreadable", package.where(path), values={"reason": error.strerror or str(error)})


def _read_mets(package: InformationPackage, document: MetsDocument) -> Iterator[None]:
    place = package.bag.root / package.where(document.path)
    for reference in read_references(place, mets_schema(), document.identifiers):
        document.wrong.extend(refer(package, document, reference))
        yield
    said = read_identity(place)
    document.objid = said.objid
    if not document.base:
        package.kind = said.package
    document.whole = True


def _read_premis(package: InformationPackage, document: PremisDocument, read: Outlines) -> Iterator[None]:
    for outline in read(package.bag.root / package.where(document.path)):
        yield
        _take(package, document, outline)
    document.whole = True


def _take(package: InformationPackage, document: PremisDocument, outline: Outline) -> None:
    kind, identifier, path, size, digest, relations, agents, objects = outline
    if kind == "event":
        _claim(document, document.events, identifier)
        document.links.update((identifier, "agent", agent) for agent in agents if agent not in document.agents)
    elif kind == "agent":
        _claim(document, document.agents, identifier)
    elif kind != "rights":
        _claim(document, document.objects, identifier)
        if relations:
            document.relations.extend((identifier, Relationship(*relation)) for relation in relations)
        if kind == "file":
            if not document.described.add(document.base + path):
                document.repeated.append(path)
            document.wrong.extend(describe(package, document, path, size, digest))
    for linked in objects:
        # What is known by now is known in the end.
        if not any(linked in other.objects for other in package.premis):
            document.links.add((identifier, "object", linked))


def _claim(document: PremisDocument, known: TextSet, identifier: str) -> None:
    if not known.add(identifier):
        document.repeated.append(identifier)
