"""What lies in a large bag and what its manifests say, in some 50 bytes and a digest a file; a `dict` takes 300."""

from __future__ import annotations

from array import array
from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView

from metadata.compact import FEW, Listed, PackedTexts, Places


class PackedPaths(Listed[str]):
    """Paths that only grow, each its last part and the number of its folder."""

    def __init__(self) -> None:
        self._folders = PackedTexts()
        self._known = Places(self._folders)
        self._numbers = array("I")
        self._names = PackedTexts()
        self._last = ("", -1)

    def append(self, path: str) -> None:
        """One more path."""
        folder, slash, name = path.rpartition("/")
        if (folder + slash, self._last[1] >= 0) != (self._last[0], True):
            self._last = (folder + slash, self._number(folder + slash))
        self._numbers.append(self._last[1])
        self._names.append(name)

    def _number(self, folder: str) -> int:
        if (known := self._known.find(folder)) is not None:
            return known
        self._folders.append(folder)
        return self._known.add(len(self._folders) - 1, folder)

    def __len__(self) -> int:
        return len(self._names)

    def at(self, place: int) -> str:
        """One path."""
        return self._folders[self._numbers[place]] + self._names[place]

    def __iter__(self) -> Iterator[str]:
        last, folder = -1, ""
        for number, name in zip(self._numbers, self._names, strict=True):
            if number != last:
                last, folder = number, self._folders[number]
            yield folder + name


class PackedSizes(MutableMapping[str, int]):
    """Files with their sizes in bytes, in the order in which they came; none goes."""

    def __init__(self, files: Mapping[str, int]) -> None:
        self.names = PackedPaths()
        self._sizes = array("q")
        self._places = Places(self.names)
        for name, size in files.items():
            self[name] = size

    def place(self, name: str) -> int | None:
        """Where a file stands in the order; None where it is not there."""
        return self._places.find(name)

    def __getitem__(self, name: str) -> int:
        if (place := self._places.find(name)) is None:
            raise KeyError(name)
        return self._sizes[place]

    def __setitem__(self, name: str, size: int) -> None:
        if (place := self._places.find(name)) is not None:
            self._sizes[place] = size
            return
        self.names.append(name)
        self._sizes.append(size)
        self._places.add(len(self._sizes) - 1, name)

    def __delitem__(self, name: str) -> None:
        raise TypeError("nothing is taken out of an inventory")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._places.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self._sizes)

    def items(self) -> ItemsView[str, int]:
        """As of any mapping; nothing is looked up."""
        return _Items(self)

    def values(self) -> ValuesView[int]:
        """As of any mapping; nothing is looked up."""
        return _Values(self)

    def sizes(self) -> Iterator[int]:
        """The sizes alone, in the order of the files."""
        return iter(self._sizes)


class _Items(ItemsView[str, int]):
    _mapping: PackedSizes

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._mapping, self._mapping.sizes(), strict=True)


class _Values(ValuesView[int]):
    _mapping: PackedSizes

    def __iter__(self) -> Iterator[int]:
        return self._mapping.sizes()


class Below(Mapping[str, int]):
    """The files of a bag below a folder, by their names without it."""

    def __init__(self, files: PackedSizes, prefix: str) -> None:
        self.files, self.prefix = files, prefix

    def __getitem__(self, name: str) -> int:
        return self.files[self.prefix + name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.prefix + name in self.files

    def __iter__(self) -> Iterator[str]:
        prefix, begin = self.prefix, len(self.prefix)
        return (name[begin:] for name in self.files if name.startswith(prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class ManifestDigests(MutableMapping[str, str]):
    """The digests that a manifest gives to the files of a bag, in lower-case hex; others are kept as they are."""

    def __init__(self, files: PackedSizes, width: int) -> None:
        """`width`: the bytes of a digest."""
        self._files, self._width = files, width
        self._bytes = bytearray(width * len(files))
        self._there = bytearray(len(files))
        self._others: dict[str, str] = {}  # of files that are not there, or no digest of that width

    def __getitem__(self, name: str) -> str:
        place = self._files.place(name)
        if place is None or not self._there[place]:
            return self._others[name]
        return self._bytes[place * self._width : (place + 1) * self._width].hex()

    def __setitem__(self, name: str, digest: str) -> None:
        place, packed = self._files.place(name), _packed(digest, self._width)
        if place is None or packed is None:
            self._others[name] = digest
            if place is not None:
                self._there[place] = 0
            return
        self._others.pop(name, None)
        self._bytes[place * self._width : (place + 1) * self._width] = packed
        self._there[place] = 1

    def __delitem__(self, name: str) -> None:
        raise TypeError("nothing is taken out of a manifest")

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        place = self._files.place(name)
        return (place is not None and bool(self._there[place])) or name in self._others

    def __iter__(self) -> Iterator[str]:
        yield from (name for name, there in zip(self._files, self._there, strict=True) if there)
        yield from self._others

    def __len__(self) -> int:
        return sum(self._there) + len(self._others)


def _packed(digest: str, width: int) -> bytes | None:
    try:
        packed = bytes.fromhex(digest)
    except ValueError:
        return None
    return packed if len(packed) == width and packed.hex() == digest else None


class Marks:
    """Names that somebody has met, most of them of these files: a byte each where the files are packed."""

    def __init__(self, files: Mapping[str, int]) -> None:
        below = files if isinstance(files, Below) else None
        self._files = below.files if below is not None else files if isinstance(files, PackedSizes) else None
        self._prefix = below.prefix if below is not None else ""
        self._met = bytearray(len(self._files)) if self._files is not None else bytearray()
        self._others: set[str] = set()

    def add(self, name: str) -> bool:
        """One more name; whether it is new."""
        place = self._files.place(self._prefix + name) if self._files is not None else None
        if place is None:
            count = len(self._others)
            self._others.add(name)
            return len(self._others) != count
        new = not self._met[place]
        self._met[place] = 1
        return new

    def __contains__(self, name: str) -> bool:
        place = self._files.place(self._prefix + name) if self._files is not None else None
        return name in self._others if place is None else bool(self._met[place])


def sizes_of(files: MutableMapping[str, int]) -> MutableMapping[str, int]:
    """The files as they are, or packed where they have become many."""
    return PackedSizes(files) if len(files) > FEW and isinstance(files, dict) else files
