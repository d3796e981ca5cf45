"""What a consumer would get of one file, made before anybody decides: by the same steps as a delivery, kept for hours.

Nothing leaves the archive by it. What was made is found again by what it was made from, so that the same draft or plan
is made once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.dip.deriving import carry_out, mark_of, order_of
from preserve.access.redaction.checking import check, group
from preserve.access.redaction.making import Order
from preserve.access.redaction.naming import names_for
from preserve.access.redaction.plan import Redaction
from preserve.access.redaction.sources import kind_of
from preserve.access.requests.model import Request, Selected
from preserve.access.viewing.profile import looking_profile
from preserve.home import Home
from preserve.messages import speaking
from storage_adapters.durable import discard, move_in, write_file

_TOLD = "made.json"


@dataclass(frozen=True, slots=True)
class Previewed:
    """A finished preview: where it lies, what kind of file it is, and the name that it would be given under."""

    file: Path
    kind: str
    shown: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Of which request, which of the files that it comes down to, and what is to be taken out of any of them."""

    request: Request
    selection: Sequence[Selected]
    one: Selected
    redactions: Sequence[Redaction]


def order(home: Home, connection: Connection, wish: Wish, moment: datetime) -> Order | None:
    """What is to be made; None where the file would be given as it is."""
    mine = tuple(group(wish.redactions, wish.selection).get(wish.one.path, ()))
    names = names_for(home, wish.redactions, wish.selection)
    one = wish.one.model_copy(update={"redacted": bool(mine), "given_as": names.get(wish.one.path, "")})
    with speaking(home.settings.language):
        return order_of(connection, wish.request, one, mine, mark_of(home, wish.request, moment))


def made_already(home: Home, wanted: Order, number: str) -> Previewed | None:
    """What was made of it some hours ago, if anything."""
    folder = _folder(home, number) / _key(wanted)
    try:
        told = json.loads((folder / _TOLD).read_bytes())
    except FileNotFoundError:
        return None
    return Previewed(folder / told["file"], told["kind"], told["shown"], told["made_by"])


def make(
    home: Home, connection: Connection, wish: Wish, wanted: Order, moment: datetime, progress: Callable[[int], None]
) -> Previewed:
    """Make it, where it is not there. Raises Refused with everything that is wrong in the redactions of this file."""
    number = wish.request.number
    _sweep(home)
    if (there := made_already(home, wanted, number)) is not None:
        return there
    check(home, connection, [wish.one], list(wanted.redactions), number)
    top = _folder(home, number)
    # Two may ask for the same at once: each makes its own, and the later one takes the place of the other.
    folder, scratch = top / _key(wanted), top / f".{_key(wanted)}.{secrets.token_hex(4)}.part"
    scratch.mkdir(parents=True, mode=0o770)
    try:
        with speaking(home.settings.language):
            result = carry_out(home, wanted, scratch, moment, progress)
        file, kind = f"made{result.path.suffix}", kind_of(result.path.name)
        told = {"file": file, "kind": kind, "shown": wanted.selected.shown, "made_by": result.made_by}
        folder.mkdir(exist_ok=True, mode=0o750)
        move_in(result.path, folder / file)
        write_file(folder / _TOLD, json.dumps(told, ensure_ascii=False).encode(), mode=0o640)
    finally:
        with suppress(FileNotFoundError):
            discard(scratch, top)
    return Previewed(folder / file, kind, wanted.selected.shown, result.made_by)


def _folder(home: Home, number: str) -> Path:
    return home.work / "previews" / number


def _key(wanted: Order) -> str:
    said = [
        wanted.source.file.sha256,
        wanted.representation,
        wanted.selected.shown,
        wanted.selected.begin,
        wanted.selected.end,
        wanted.mark.words if wanted.mark else "",
        [{**asdict(one), "place": ""} for one in wanted.redactions],
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def _sweep(home: Home) -> None:
    """What was shown long enough goes, as copies in the viewing room do."""
    top = home.work / "previews"
    until = time.time() - looking_profile(home.profiles).hours * 3600
    for folder in top.glob("*/*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < until:
                discard(folder, folder.parent)
