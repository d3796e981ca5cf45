"""A searchable access copy of scans: PDF/A-2b with the scans' own coded pictures, and what a machine read unseen above.

It is an aid for finding. It never takes the place of the file it was made of, and says in its XMP that nobody checked
the text, with the engine and the digest of its model.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from preserve.machine_reading.pdf_codings import Kept
from preserve.machine_reading.pdf_sources import Page, failures, open_source
from preserve.machine_reading.records import Line, PageText
from preserve.machine_reading.text_layer import FONT, Unseen, sayable
from preserve.typesetting.declaring import declare
from preserve.typesetting.judging import Verdict, judge
from preserve.visible_text import visible

_CHUNK = 64
"""Pages in a file that waits to be put together."""

_MOST_PAGES = 20_000
_EMPTY = (595.276, 841.89)


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file that holds scans, and what was read on its pages, by their numbers; `name` as the producer gave it.

    A page of a PDF of which nothing was read has the text that it has itself.
    """

    path: Path
    name: str
    texts: Mapping[int, PageText]
    broken: Mapping[int, str] = field(default_factory=dict)
    """Pages that are not to be looked at, and why: an earlier process broke there. 0 is the file as a whole."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the copy says of itself: its title, that a machine read it, and of what it is a copy."""

    title: str
    mark: str
    source: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A page that could not be shown and is an empty one in the copy; a whole file (`page` 0) is not in it at all."""

    file: str
    page: int
    why: str


@dataclass(frozen=True, slots=True)
class Searchable:
    """What was made: pages by how their pictures came over, lines of text, what is missing, and whether it is PDF/A."""

    pages: int
    lines: int
    kept: Mapping[Kept, int]
    left_out: tuple[LeftOut, ...]
    verdict: Verdict


class NothingToWrite(Exception):
    """Nothing could be opened; `left_out` says why."""

    def __init__(self, left_out: Sequence[LeftOut]) -> None:
        super().__init__("; ".join(f"{one.file}: {one.why}" for one in left_out))
        self.left_out = tuple(left_out)


class NoRoom(Exception):
    """The copy, or a part of it that waits, could not be written."""


def write_searchable(files: Iterable[ScannedFile], output: Path, words: Words) -> Searchable:
    """Write the searchable copy of these files, one after the other.

    Raises NothingToWrite where no page of them can be shown, NoRoom. It opens data of strangers: call it in a bounded
    process.
    """
    steps = writing(files, output, words, output.parent)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            made: Searchable = done.value
            return made


PageOf = tuple[str, int]
"""A file by its name, and a page that is about to be looked at; 0 as it is opened, and no file when all were."""


def writing(
    files: Iterable[ScannedFile], output: Path, words: Words, scratch: Path
) -> Generator[PageOf, None, Searchable]:
    """The same step by step, which tells where it is, in case that breaks the process. What waits is in `scratch`."""
    files = list(files)
    copy = yield from _written(_Copy(scratch), files, output, words)
    if copy.taken and not copy.verdict.passed:
        # What a stranger's PDF brought along is no PDF/A: then its pages come as pictures of what they show.
        copy = yield from _written(_Copy(scratch, drawn=True), files, output, words)
    return Searchable(copy.pages, copy.lines, dict(copy.kept), tuple(copy.left_out), copy.verdict)


def _written(copy: _Copy, files: Sequence[ScannedFile], output: Path, words: Words) -> Generator[PageOf, None, _Copy]:
    with copy.waiting:
        for file in files:
            yield from copy.add_file(file)
        yield "", 0
        copy.put_by()
        if not copy.pages or set(copy.kept) == {"lost"}:
            raise NothingToWrite(copy.left_out)
        copy.put_together(output, words)
    copy.verdict = judge(output)
    return copy


@dataclass(slots=True)
class _Copy:
    """A copy while it is made, in pieces, so that memory does not grow with its pages."""

    scratch: Path
    drawn: bool = False
    waiting: ExitStack = field(default_factory=ExitStack)
    unseen: Unseen = field(default_factory=Unseen)
    pieces: list[BinaryIO] = field(default_factory=list)
    kept: Counter[Kept] = field(default_factory=Counter)
    marks: list[tuple[str, int]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    lines: int = 0
    pages: int = 0
    taken: int = 0
    verdict: Verdict = field(default_factory=lambda: Verdict("", False, (), ()))
    _piece: Any = None

    def add_file(self, file: ScannedFile) -> Iterator[PageOf]:
        """Its pages. One that cannot be decoded is an empty one, so that the others keep their numbers."""
        failed, before = failures(), self.pages
        yield file.name, 0
        try:
            if 0 in file.broken:
                raise ValueError(file.broken[0])
            with open_source(file.path, self.drawn) as source:
                for number in range(1, source.count + 1):
                    yield file.name, number
                    try:
                        if number in file.broken:
                            raise ValueError(file.broken[number])
                        page = source.page(number, self._target())
                        lines = file.texts[number].lines if number in file.texts else page.own()
                    except failed as error:
                        self.left_out.append(LeftOut(file.name, number, _words_of(error)))
                        self._add(Page(*_EMPTY, b"", None, "lost"), (), 0)
                    else:
                        self._add(page, lines, file.texts[number].upright if number in file.texts else 0)
        except failed as error:
            self.left_out.append(LeftOut(file.name, 0, _words_of(error)))
        if self.pages > before:
            self.marks.append((file.name, before))

    def _target(self) -> Any:
        """The piece that the next page goes to."""
        import pikepdf

        if self._piece is None:
            self._piece = pikepdf.new()
        return self._piece

    def _add(self, page: Page, lines: Sequence[Line], upright: int) -> None:
        import pikepdf
        from pikepdf import Array, Dictionary, Name, Stream

        if self.pages >= _MOST_PAGES:
            raise ValueError(f"more than {_MOST_PAGES} pages")
        pdf = self._target()
        layer = self.unseen.content(lines, page.width, page.height)
        self.lines += sum(bool(sayable(line.text)) for line in lines) if layer else 0
        resources = Dictionary() if page.pictures is None else Dictionary(XObject=page.pictures)
        made = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(page.width, 4), round(page.height, 4)]),
            Resources=resources,
            Contents=pdf.make_indirect(Stream(pdf, b"\n".join((page.content, layer)))),
        )
        if upright:
            made[Name.Rotate] = upright
        pdf.pages.append(pikepdf.Page(made))
        self.pages += 1
        self.kept[page.kept] += 1
        self.taken += page.of_stranger
        if len(pdf.pages) == _CHUNK:
            self.put_by()

    def put_by(self) -> None:
        """Write the piece that is full, or the last one."""
        if self._piece is not None:
            self.pieces.append(self.waiting.enter_context(_without_name(self.scratch)))
            _save(self._piece, self.pieces[-1])
            self._piece.close()
            self._piece = None

    def put_together(self, output: Path, words: Words) -> None:
        """One document of all pieces, with the font of its text, its bookmarks, and what it says of itself."""
        import pikepdf
        from pikepdf import Dictionary, OutlineItem

        with ExitStack() as stack:
            whole = stack.enter_context(pikepdf.new())
            for piece in self.pieces:
                whole.pages.extend(stack.enter_context(pikepdf.open(piece)).pages)
            if self.lines:
                font = self.unseen.font(whole)
                for page in whole.pages:
                    page.obj.Resources.Font = Dictionary({FONT: font})
            if len(self.marks) > 1:
                with whole.open_outline() as outline:
                    outline.root.extend(OutlineItem(visible(name), place) for name, place in self.marks)
            said = {"description": visible(words.mark), "source": visible(words.source)}
            declare(whole, visible(words.title), words.moment, **said)
            with _told(), output.open("wb") as stream:
                _save(whole, stream, deterministic_id=True)


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


@contextmanager
def _told() -> Iterator[None]:
    """A disk that is full is nothing that a file is at fault for."""
    try:
        yield
    except OSError as error:
        raise NoRoom(str(error)) from error


def _without_name(folder: Path) -> BinaryIO:
    """A file that nobody finds, and that is gone with this process, however that ends."""
    with _told():
        return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))


class _Calm(io.RawIOBase):
    """A stream for pikepdf, which ends the process where a write fails; what failed is told when all is over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.failed = stream, False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            if not self.failed:
                self._stream.write(data)
        except OSError:
            self.failed = True
        return len(data)


def _save(pdf: Any, stream: BinaryIO, **options: Any) -> None:
    """Write it with every coded stream as it is; what is not coded is compressed. Raises NoRoom."""
    import pikepdf

    calm = _Calm(stream)
    pdf.save(
        cast(BinaryIO, calm),
        min_version="1.7",
        compress_streams=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        **options,
    )
    if calm.failed:
        raise NoRoom("a write failed")
    with _told():
        stream.flush()
