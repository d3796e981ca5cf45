"""The papers of a large case are set in a process of their own: typesetter and fonts take 80 MB, and go with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from preserve.description.object_table import FEW
from preserve.typesetting import setting_by
from preserve.work import answer, executor


@contextmanager
def papers_apart(files: int, few: int = FEW) -> Iterator[None]:
    """Within, whatever is set as PDF is set elsewhere where the case has more than `few` files, with the same bytes."""
    if files <= few:
        yield
        return
    with executor(1) as pool:

        def run(work: Callable[..., bytes], *arguments: object) -> bytes:
            return answer(pool, work, *arguments)

        with setting_by(run):
            yield
