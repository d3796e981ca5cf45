"""A searchable access copy of scans: PDF/A-2b with the scans' own coded pictures, and what a machine read unseen above.

It is an aid for finding. It never takes the place of the file it was made of, and says in its XMP that nobody checked
the text, with the engine and the digest of its model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from preserve.machine_reading.pdf_codings import Kept
from preserve.machine_reading.pdf_sources import Page, failures, open_source
from preserve.machine_reading.records import PageText
from preserve.machine_reading.text_layer import FONT, Unseen, sayable
from preserve.typesetting.declaring import declare
from preserve.typesetting.judging import Verdict, judge

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


def write_searchable(files: Iterable[ScannedFile], output: Path, words: Words) -> Searchable:
    """Write the searchable copy of these files, one after the other.

    Raises NothingToWrite where no page of them can be shown. It opens data of strangers: call it in a bounded process.
    """
    steps = writing(files, output, words)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            made: Searchable = done.value
            return made


def writing(files: Iterable[ScannedFile], output: Path, words: Words) -> Generator[int, None, Searchable]:
    """The same step by step: yields the number of pages after each."""
    files = list(files)
    copy = yield from _written(_Copy(output.parent), files, output, words)
    if copy.taken and not copy.verdict.passed:
        # What a stranger's PDF brought along is no PDF/A: then its pages come as pictures of what they show.
        copy = yield from _written(_Copy(output.parent, drawn=True), files, output, words)
    return Searchable(copy.pages, copy.lines, dict(copy.kept), tuple(copy.left_out), copy.verdict)


def _written(copy: _Copy, files: Sequence[ScannedFile], output: Path, words: Words) -> Generator[int, None, _Copy]:
    try:
        for file in files:
            yield from copy.add_file(file)
        copy.put_by()
        if not copy.pages or set(copy.kept) == {"lost"}:
            raise NothingToWrite(copy.left_out)
        copy.put_together(output, words)
    finally:
        for path in copy.pieces:
            path.unlink(missing_ok=True)
    copy.verdict = judge(output)
    return copy


@dataclass(slots=True)
class _Copy:
    """A copy while it is made, in pieces, so that memory does not grow with its pages."""

    folder: Path
    drawn: bool = False
    unseen: Unseen = field(default_factory=Unseen)
    pieces: list[Path] = field(default_factory=list)
    kept: Counter[Kept] = field(default_factory=Counter)
    marks: list[tuple[str, int]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    lines: int = 0
    pages: int = 0
    taken: int = 0
    verdict: Verdict = field(default_factory=lambda: Verdict("", False, (), ()))
    _piece: Any = None

    def add_file(self, file: ScannedFile) -> Iterator[int]:
        """Its pages. One that cannot be decoded is an empty one, so that the others keep their numbers."""
        failed, before = failures(), self.pages
        try:
            with open_source(file.path, self.drawn) as source:
                for number in range(1, source.count + 1):
                    try:
                        page = source.page(number, self._target())
                    except failed as error:
                        self.left_out.append(LeftOut(file.name, number, _words_of(error)))
                        self._add(Page(*_EMPTY, b"", None, "lost"), None)
                    else:
                        self._add(page, file.texts.get(number))
                    yield self.pages
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

    def _add(self, page: Page, text: PageText | None) -> None:
        import pikepdf
        from pikepdf import Array, Dictionary, Name, Stream

        if self.pages >= _MOST_PAGES:
            raise ValueError(f"more than {_MOST_PAGES} pages")
        pdf = self._target()
        lines = text.lines if text is not None else page.own()
        layer = self.unseen.content(lines, page.width, page.height)
        self.lines += sum(bool(sayable(line.text)) for line in lines) if layer else 0
        resources = Dictionary() if page.pictures is None else Dictionary(XObject=page.pictures)
        made = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(page.width, 4), round(page.height, 4)]),
            Resources=resources,
            Contents=pdf.make_indirect(Stream(pdf, b"\n".join((page.content, layer)))),
        )
        if text is not None and text.upright:
            made[Name.Rotate] = text.upright
        pdf.pages.append(pikepdf.Page(made))
        self.pages += 1
        self.kept[page.kept] += 1
        self.taken += page.of_stranger
        if len(pdf.pages) == _CHUNK:
            self.put_by()

    def put_by(self) -> None:
        """Write the piece that is full, or the last one."""
        if self._piece is not None:
            path = self.folder / f"searchable-{len(self.pieces)}.pdf"
            self.pieces.append(path)
            _save(self._piece, path)
            self._piece.close()
            self._piece = None

    def put_together(self, output: Path, words: Words) -> None:
        """One document of all pieces, with the font of its text, its bookmarks, and what it says of itself."""
        import pikepdf
        from pikepdf import Dictionary, OutlineItem

        with ExitStack() as stack:
            whole = stack.enter_context(pikepdf.new())
            for path in self.pieces:
                whole.pages.extend(stack.enter_context(pikepdf.open(path)).pages)
            if self.lines:
                font = self.unseen.font(whole)
                for page in whole.pages:
                    page.obj.Resources.Font = Dictionary({FONT: font})
            if len(self.marks) > 1:
                with whole.open_outline() as outline:
                    outline.root.extend(OutlineItem(name, place) for name, place in self.marks)
            declare(whole, words.title, words.moment, description=words.mark, source=words.source)
            _save(whole, output, deterministic_id=True)


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _save(pdf: Any, path: Path, **options: Any) -> None:
    """Write it with every coded stream as it is; what is not coded is compressed."""
    import pikepdf

    pdf.save(
        path,
        min_version="1.7",
        compress_streams=True,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        **options,
    )
