"""Names under which programs can open files whose own names they could not: links in a folder of ours."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from metadata.identity import has_controls, is_text, tidy
from metadata.names import safe_names


@contextmanager
def aliases(folder: Path) -> Iterator[Callable[[str, str], Path]]:
    """What gives the path under which a file of `folder` is opened, by its path there and the name that people read.

    MediaInfo and siegfried take names for UTF-8, and go by the ending: bytes of another encoding end them, a blank
    behind the ending hides it, and what siegfried answers about a name with a control cannot be read. Each link lies
    alone, since numbered files beside each other are taken for one. What is below such a name is reached by an alias,
    too.
    """
    links: list[Path] = []
    plain_root = is_text(str(folder)) and not has_controls(str(folder))
    with tempfile.TemporaryDirectory(prefix="preserve-names-") as made:

        def alias(path: str, name: str) -> Path:
            if plain_root and is_text(path) and not has_controls(path) and tidy(path) == path:
                return folder / path
            own = Path(made, str(len(links)))
            own.mkdir()
            link = own / next(iter(safe_names([name.rpartition("/")[2]])))
            link.symlink_to((folder / path).absolute())
            links.append(link)
            return link

        yield alias
