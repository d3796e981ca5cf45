"""Makes the image of a disc from its recipe: packages or parts of them, guide, ledger, marker, error correction.

The same recipe gives the same bytes, whatever copies the packages are taken from.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from metadata import bag
from preserve.archival_storage.discs.recipe import IMAGE, Holding, Recipe, folder_of
from preserve.archival_storage.guide import MANIFEST, GuideCase, GuideFile, GuideMedium, write_guide
from preserve.archival_storage.medium_ledger import write_ledger
from preserve.archival_storage.opening import DISC
from preserve.data_management import checkpoints
from preserve.errors import MediumProblem, NotIntact
from preserve.home import Home
from preserve.work import require_space
from storage_adapters.durable import drop_file, sync_folder, write_file
from storage_adapters.errors import ToolFailed
from storage_adapters.marker import MARKER, marker_bytes
from storage_adapters.optical.ecc import augment
from storage_adapters.optical.image import Graft, make_image
from storage_adapters.optical.reading import list_files, read_disc
from storage_adapters.optical.tools import run_tool
from storage_adapters.reading import digest_file, walk_files

RANGES = "ranges.json"
Known = dict[str, GuideFile]
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Built:
    """A finished image: where, bytes, SHA-256 of all of it, error correction in per cent of the data."""

    image: Path
    size: int
    sha256: str
    redundancy: float
    list_sha256: str = ""  # of the disc's own list of digests


def build(
    home: Home,
    connection: Connection,
    recipe: Recipe,
    sources: Mapping[str, Path],
    progress: Callable[[int], None] = lambda moved: None,
) -> Built:
    """Make and check the image; `sources` says where each package lies. Whole or not at all.

    Raises NotIntact where what is on the image is not what the recipe says, MediumProblem where it does not fit.
    """
    folder = folder_of(home, recipe.volume_id)
    image = folder / IMAGE
    folder.mkdir(parents=True, exist_ok=True)
    require_space(folder, recipe.capacity, home.settings.reserve)
    with tempfile.TemporaryDirectory(dir=home.work) as scratch:
        top = Path(scratch)
        known: Known = {}
        grafts = list(_packages(recipe, sources, top, known, progress))
        grafts += _own_files(home, connection, recipe, top, known)
        staged = folder / f"{IMAGE}.building"
        make_image(grafts, staged, recipe.volume_id, datetime.fromisoformat(recipe.made), progress)
        try:
            redundancy = augment(staged, progress).redundancy if recipe.recovery else 0.0
            size = staged.stat().st_size
            if size > recipe.capacity:
                raise MediumProblem("storage.image-too-large", str(image), needed=size, free=recipe.capacity)
            _check_by_another(staged)
            sha256 = _check(staged, size, known, progress)
        except BaseException:
            drop_file(staged, folder)
            raise
        staged.replace(image)
        sync_folder(folder)
    return Built(image, size, sha256, redundancy, known[MANIFEST].sha256)


def _check(image: Path, size: int, known: Known, progress: Callable[[int], None]) -> str:
    """Read the image once: every file against its digest, and the digest of the whole."""
    seen = read_disc(image, list_files(image), size, progress)
    wrong = [path for path, file in known.items() if seen.files.get(path) != (file.size, file.sha256)]
    wrong += [path for path in seen.files if path not in known]
    if wrong:
        raise NotIntact("storage.image-wrong", str(image), file=wrong[0], count=len(wrong))
    return seen.sha256


def _check_by_another(image: Path) -> None:
    """xorriso reads every file again and holds it against the MD5 sums that it wrote."""
    command = ["xorriso", "-md5", "on", "-return_with", "SORRY", "32", "-indev", f"stdio:{image}"]
    try:
        run_tool([*command, "-check_md5_r", "SORRY", "/", "--"])
    except ToolFailed as error:
        raise NotIntact("storage.image-wrong", str(image), file=str(error.values.get("reason", "")), count=1) from error


def _packages(
    recipe: Recipe, sources: Mapping[str, Path], top: Path, known: Known, progress: Callable[[int], None]
) -> Iterator[Graft]:
    for holding in recipe.holdings:
        root = sources[holding.name]
        if holding.parts == 1:
            for item in holding.items:
                target = f"packages/{holding.name}/{item.path}"
                known[target] = GuideFile(target, item.size, item.sha256)
                yield Graft(target, root / item.path)
        else:
            yield from _part(holding, root, top, known, progress)


def _part(holding: Holding, root: Path, top: Path, known: Known, progress: Callable[[int], None]) -> Iterator[Graft]:
    """One part of a divided package as a bag of its own, with the manifests of the whole (RFC 8493 §2.2.2)."""
    base = f"parts/{holding.name}"
    folder = top / base
    (folder / "whole").mkdir(parents=True)
    lines: list[tuple[str, str]] = []
    ranges = []
    size = 0
    for number, item in enumerate(holding.items, 1):
        size += item.length
        if item.whole:
            stored, digest = f"data/files/{item.path}", item.sha256
            yield Graft(f"{base}/{stored}", root / item.path)
        else:
            stored = f"data/ranges/{number:06d}-{item.offset:015d}"
            digest = _digest_of_range(root / item.path, item.offset, item.length, progress)
            ranges.append({"stored": stored, **item.model_dump(exclude={"sha256"}), "sha256_whole": item.sha256})
            yield Graft(f"{base}/{stored}", root / item.path, item.offset, item.length)
        lines.append((stored, digest))
        known[f"{base}/{stored}"] = GuideFile(f"{base}/{stored}", item.length, digest)
    for path in sorted(root.iterdir()):
        if path.is_file():
            shutil.copyfile(path, folder / "whole" / path.name)
    (folder / "data").mkdir()
    bag.write_declaration(folder)
    bag.write_info(
        folder,
        [
            ("External-Identifier", holding.name),
            ("Bag-Group-Identifier", holding.name),
            ("Bag-Count", f"{holding.part} of {holding.parts}"),
            ("Payload-Oxum", f"{size}.{len(lines)}"),
        ],
    )
    bag.write_manifest(folder / "manifest-sha256.txt", lines)
    (folder / RANGES).write_text(json.dumps(ranges, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tags = [(name, digest_file(folder / name, ("sha256",))[1]["sha256"]) for name in sorted(walk_files(folder))]
    bag.write_manifest(folder / "tagmanifest-sha256.txt", tags)
    for name in sorted(walk_files(folder)):
        known[f"{base}/{name}"] = _known(folder, name, f"{base}/")
        yield Graft(f"{base}/{name}", folder / name)


def _digest_of_range(path: Path, offset: int, length: int, progress: Callable[[int], None]) -> str:
    running = hashlib.sha256()
    with path.open("rb") as stream:
        stream.seek(offset)
        while length and (block := stream.read(min(_BLOCK, length))):
            running.update(block)
            progress(len(block))
            length -= len(block)
    return running.hexdigest()


def _own_files(home: Home, connection: Connection, recipe: Recipe, top: Path, known: Known) -> Iterator[Graft]:
    """Marker, ledger and guide."""
    mine = top / "disc"
    mine.mkdir()
    facts = {
        "medium": recipe.medium,
        "kind": DISC,
        "label": recipe.volume_id,
        "set": recipe.set,
        "volume": str(recipe.volume),
        "volumes": str(recipe.volumes),
        "made": recipe.made,
        "archive": recipe.archive_id,
        "institution": recipe.institution,
    }
    write_file(mine / MARKER, marker_bytes(facts, checkpoints.signer(home.keys)))
    if text := _parts_text(recipe):
        write_file(mine / "parts.txt", text)
    names = [holding.name for holding in recipe.holdings]
    write_ledger(home, connection, mine / "ledger", recipe.ledger_size, names, recipe.checkpoint)
    for name in walk_files(mine):
        known[name] = _known(mine, name)
    write_guide(
        mine,
        guide_medium(recipe, home),
        [guide_case(holding) for holding in recipe.holdings],
        [known[name] for name in sorted(known)],
    )
    for name in sorted(walk_files(mine)):
        known[name] = _known(mine, name)
        yield Graft(name, mine / name)


def _parts_text(recipe: Recipe) -> bytes:
    """Which ranges of which files lie here, for a person who joins them by hand (cat, copy /b); empty where none do."""
    lines = []
    for holding in recipe.holdings:
        if holding.parts == 1:
            continue
        lines.append(f"{holding.name}  {holding.part}/{holding.parts}")
        for number, item in enumerate(holding.items, 1):
            if not item.whole:
                stored = f"parts/{holding.name}/data/ranges/{number:06d}-{item.offset:015d}"
                lines.append(f"  {item.path}  {item.offset}+{item.length}/{item.size}  sha256 {item.sha256}")
                lines.append(f"    {stored}")
    return "".join(line + "\n" for line in lines).encode()


def _known(folder: Path, name: str, prefix: str = "") -> GuideFile:
    size, digests = digest_file(folder / name, ("sha256",), from_medium=False)
    return GuideFile(prefix + name, size, digests["sha256"])


def guide_medium(recipe: Recipe, home: Home) -> GuideMedium:
    """What the guide says of the disc."""
    return GuideMedium(
        identity=recipe.medium,
        label=recipe.volume_id,
        title=f"{recipe.set} {recipe.volume}/{recipe.volumes}",
        institution=recipe.institution,
        contact=recipe.institution,
        kind=DISC,
        volume=recipe.volume,
        volumes=recipe.volumes,
        made=recipe.made,
        archive_id=recipe.archive_id,
        set_name=recipe.set,
    )


def guide_case(holding: Holding) -> GuideCase:
    """What the guide says of a package."""
    part = "" if holding.parts == 1 else ("files" if all(item.whole for item in holding.items) else "ranges")
    return GuideCase(
        name=holding.name,
        case_number=holding.case_number,
        archival_number=holding.archival_number,
        title=holding.title,
        closed=holding.closed,
        files=holding.files,
        size=holding.size,
        manifest_sha256=holding.manifest_sha256,
        part=part,
    )
