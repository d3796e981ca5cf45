"""Which file of a package a reference in it means. References of others are sloppy, and may be hostile."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote, unquote_plus

from metadata.bag_names import name_key

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_LONGEST = 8192


class Paths:
    """The files of a package by path. `top` is the folder of the package, empty or with `/` at its end."""

    def __init__(self, paths: Iterable[str], top: str) -> None:
        self._top = top
        self._exact = {path for path in paths if path.startswith(top)}
        self._alike = {name_key(path): path for path in self._exact}

    def meant(self, href: str, beside: str) -> str | None:
        """The file that a reference in a document at the path `beside` means; None for none.

        Tried as it stands, then with %-escapes undone, then with `+` for blanks; from the document's folder, then from
        the top. What leads out of the package (`..`, an absolute path, another scheme) means nothing.
        """
        for name in _readings(href):
            for folder in dict.fromkeys((posixpath.dirname(beside), self._top.rstrip("/"))):
                path = posixpath.join(folder, name)
                if path in self._exact:
                    return path
                if (alike := self._alike.get(name_key(path))) is not None:
                    return alike
        return None


def leads_out(href: str) -> bool:
    """Whether a reference names something that cannot be in the package, as an address in the network does."""
    return not href.strip() or href.startswith("#") or not any(True for _ in _readings(href))


def _readings(href: str) -> Iterable[str]:
    """The relative paths that a reference may be, each once; none that leads out."""
    if len(href) > _LONGEST:
        return
    seen: set[str] = set()
    for form in (href, unquote(href), unquote_plus(href)):
        name = plain_path(form)
        if name is not None and name not in seen:
            seen.add(name)
            yield name


def plain_path(href: str) -> str | None:
    """A reference as a relative path; None where it leads out, or nowhere."""
    name = href.strip()
    if name[:5].lower() == "file:":
        name = name[5:]
        name = name[2:] if name.startswith("//") else name
    name = name.replace("\\", "/")
    if not name or name.startswith("/") or _SCHEME.match(name) or "\0" in name:
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return "/".join(parts) if parts and ".." not in parts else None
