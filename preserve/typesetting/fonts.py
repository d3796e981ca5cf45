"""The fonts that everything is printed with, on every machine the same: which files, and which characters they have."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.errors import ToolMissing
from preserve.typesetting.cmap import Coverage, read_coverage

if TYPE_CHECKING:
    import typst

HAN, MONO = "Noto Sans CJK SC", "Noto Sans Mono CJK SC"


@dataclass(frozen=True, slots=True)
class Family:
    """A family, the files that it is read from, and the Debian package that brings them."""

    name: str
    files: tuple[str, ...]
    package: str


_HAN_FILES = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc")


def _noto(name: str) -> Family:
    return Family(name, (name.replace(" ", "") + "-Regular.ttf",), "fonts-noto-core")


# In the order in which they are asked. The scripts of China first: Han, kana and Hangul; Latin with Zhuang; Tibetan;
# Mongolian, Manchu and Xibe; Uyghur, Kazakh and Kyrgyz; Yi; Dai (four scripts); Lisu, Miao, Phags-pa. Then those of
# the neighbours and of travellers. The last two have the rare ideographs of names and places (Extensions A to F).
FAMILIES = (
    Family(HAN, _HAN_FILES, "fonts-noto-cjk"),
    *(
        _noto("Noto " + name)
        for name in (
            "Sans",
            "Serif Tibetan",
            "Sans Mongolian",
            "Sans Arabic",
            "Sans Yi",
            "Sans Tai Le",
            "Sans New Tai Lue",
            "Sans Tai Tham",
            "Sans Tai Viet",
            "Sans Lisu",
            "Sans Miao",
            "Sans PhagsPa",
            "Sans Thai",
            "Sans Lao",
            "Sans Myanmar",
            "Sans Khmer",
            "Sans Devanagari",
            "Sans Bengali",
            "Sans Tamil",
            "Sans Telugu",
            "Sans Gujarati",
            "Sans Gurmukhi",
            "Sans Sinhala",
            "Sans Hebrew",
            "Sans Armenian",
            "Sans Georgian",
            "Sans Ethiopic",
            "Sans Thaana",
            "Sans Syriac",
            "Sans Symbols",
            "Sans Symbols2",
            "Sans Math",
        )
    ),
    Family("HanaMinA", ("HanaMinA.ttf",), "fonts-hanazono"),
    Family("HanaMinB", ("HanaMinB.ttf",), "fonts-hanazono"),
)

_TOPS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path(sys.prefix) / "share" / "fonts")


@cache
def _found() -> dict[str, Path]:
    """Where the files lie that the table names; the first of two that bear one name."""
    wanted = {file for family in FAMILIES for file in family.files}
    found: dict[str, Path] = {}
    for top in _TOPS:
        for folder, folders, files in os.walk(top):
            folders.sort()
            for name in wanted.intersection(files):
                found.setdefault(name, Path(folder) / name)
    return found


@cache
def _names() -> dict[str, str]:
    """What the typesetter calls the families in those files, by name without blanks: it has a spelling of its own."""
    import typst

    with tempfile.TemporaryDirectory() as scratch:
        put_fonts(Path(scratch), _found().values())
        known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[scratch])
        return {name.replace(" ", ""): name for name in known.families()}


def put_fonts(folder: Path, files: Iterable[Path]) -> None:
    """Put links to these files into a folder that holds no others."""
    for file in files:
        (folder / file.name).symlink_to(file)


@cache
def present() -> tuple[Family, ...]:
    """The families of the table that this machine has, in their order, under the typesetter's names for them.

    Raises ToolMissing without the Chinese one.
    """
    found, names = _found(), _names()
    have = tuple(
        replace(family, name=names[family.name.replace(" ", "")])
        for family in FAMILIES
        if all(file in found for file in family.files) and family.name.replace(" ", "") in names
    )
    if not have or have[0].name != HAN:
        raise ToolMissing("tool.font-missing", HAN)
    return have


@cache
def loaded() -> typst.Fonts:
    """The same fonts as the typesetter has them in memory: it reads each file once in the life of a process.

    Raises ToolMissing without the Chinese one.
    """
    import typst

    # The typesetter takes folders only and opens their files when it comes to need them: the folder of links stays
    # until the process that made it ends, and a process forked from it leaves it alone.
    folder = Path(tempfile.mkdtemp(prefix="fonts-"))
    maker = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == maker else None)
    put_fonts(folder, font_files())
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def missing() -> tuple[Family, ...]:
    """The families that this machine lacks: what only they have is printed as code points."""
    found = _found()
    return tuple(family for family in FAMILIES if not all(file in found for file in family.files))


def font_files() -> tuple[Path, ...]:
    """Every file to print with. Raises ToolMissing without the Chinese one."""
    return tuple(_found()[file] for family in present() for file in family.files)


@cache
def face(family: str = HAN, file: str = _HAN_FILES[0]) -> tuple[Path, int]:
    """The file and the place in it of a Chinese face, for who draws with one font only. Raises ToolMissing."""
    from PIL import ImageFont

    present()
    path = _found()[file]
    for number in range(32):
        try:
            if ImageFont.truetype(path, 12, index=number).getname()[0] == family:
                return path, number
        except OSError:
            break
    raise ToolMissing("tool.font-missing", family)


@cache
def _coverages() -> tuple[tuple[Coverage, ...], ...]:
    """What each family has, in each of the files and faces that it may be set in."""
    coverageses: list[tuple[Coverage, ...]] = []
    for family in present():
        places = [(_found()[file], 0) for file in family.files]
        if family.name == HAN:
            places = [face(name, file) for name in (HAN, MONO) for file in _HAN_FILES]
        try:
            coverageses.append(tuple(read_coverage(path, number) for path, number in places))
        except (OSError, ValueError) as error:
            raise ToolMissing("tool.font-missing", family.name, detail=str(error)) from error
    return tuple(coverageses)


@lru_cache(1 << 16)
def shows(text: str) -> bool:
    """Whether one family has all of a letter with its marks: both come from one font. Raises ToolMissing."""
    codes = [ord(character) for character in text]
    return any(all(code in one for one in family for code in codes) for family in _coverages())


@cache
def shown_by(family: str = HAN) -> Callable[[str], bool]:
    """The same for who draws with one Chinese face only."""
    coverage = read_coverage(*face(family))
    return lambda text: all(ord(character) in coverage for character in text)
