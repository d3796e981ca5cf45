"""Keeps the ledger under what was signed: a checkpoint with each transaction, and its newest one in a file outside.

Whatever adds entries signs them in the same transaction: there is no moment at which the ledger has entries that no
checkpoint covers, however a command ends. `seal` then writes the newest checkpoint into the store, where a catalogue
that is put back by an older copy, or loses its end, contradicts it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from preserve import kept_records
from preserve.clock import now
from preserve.data_management import (
    checkpoints,
    ledger,
    ledger_keys,
    looks_sealing,
    looks_segments,
    segment_cover,
    segment_joining,
    store_away,
)
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.engines import Question, round_trips
from preserve.data_management.ledger_keys import another_signs
from preserve.data_management.sealer import await_signed, await_signer, require_sealer
from preserve.data_management.settings_seen import SettingsSeen
from preserve.data_management.signed_notes import verifier_key
from preserve.data_management.store_witnesses import HEAD as HEAD
from preserve.data_management.store_witnesses import content
from preserve.data_management.tables import checkpoints as table
from preserve.data_management.tables import ledger as ledger_table
from preserve.data_management.without_waiting import OPENING, still_young
from preserve.errors import Busy, NotIntact
from preserve.home import Home
from preserve.work import hold
from storage_adapters.durable import write_file
from storage_adapters.errors import MediumFull

VERIFIER_KEY = "ledger.vkey"
TAIL_FOUND = "ledger.tail-found"
HEAD_MISSING = "ledger.head-missing"
TAIL_LOST = "ledger.tail-lost"
WITNESSED = "ledger.witnessed"

_PATIENCE = 600.0  # seconds that who closes a segment waits for another who does
_BOTH_SIZES = select(
    select(func.coalesce(func.max(ledger_table.c.number), 0)).scalar_subquery(),
    select(func.coalesce(func.max(table.c.size), 0)).scalar_subquery(),
)
_grown: dict[Path, Home] = {}


class Keeper:
    """Holds one open catalogue of an archive to what was signed: once before its first write, then with each."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._settings, self._before, self._size, self._most = SettingsSeen(home), 0, 0, 0
        self._first: ledger.Entry | None = None  # of those that wait for the sealer
        self._held = home.path in _grown  # by this process, which has not sealed yet what it added
        self._store_agrees = False

    question = OPENING

    def alone(self) -> Question | None:
        """Where this process has held the ledger against its witnesses, and the sealer signs what is added."""
        if not self._held or self._most or not another_signs(self._home):
            return None
        self._settings.require_same()
        return still_young()

    def written(self, number: int) -> None:
        """Nothing is told as done that may have gone elsewhere. Raises MediumProblem."""
        self._settings.require_same_for(number)

    def before(self) -> None:
        """Ask a store that is away, which may hang, where the ledger is still to be held against it."""
        self._store_agrees = not self._held and store_away.agrees(self._home)

    def opening(self, connection: Connection) -> None:
        """Refuse to add to a ledger that the store contradicts. Raises NotIntact."""
        said = round_trips.answer(connection) or connection.exec_driver_sql(OPENING).one()
        self._size, self._before = int(said[0]), int(said[1])
        self._settings.require_same()
        if another_signs(self._home) and said[2] is not None:
            first = self._first
            if first is None or tuple(said[2:]) != (first.number, first.text, first.leaf):
                first = self._first = ledger.checked(*said[2:])  # once, not for each that writes until it is signed
            require_sealer(self._home, first)
        if not self._held or self._size < self._most:  # the latter was put back to an earlier moment meanwhile
            hold_to_witnesses(self._home, connection, asked=self._store_agrees)
            looks_sealing.hold_to_witnesses(self._home, connection)

    def closing(self, connection: Connection) -> None:
        """Sign what was added, in the same transaction. Raises NotIntact, PreserveError."""
        self._held = True
        if another_signs(self._home):
            return
        looks_sealing.keep_signed(self._home, connection, grown=ledger.size(connection) > self._size)
        self._most = sign_what_grew(self._home, connection)
        if self._most > self._before:
            _grown[self._home.path] = self._home


def seal(home: Home) -> Checkpoint | None:
    """Have every entry under a checkpoint, and the newest checkpoint in `store/ledger/checkpoint.txt`, durably.

    The only thing to call when entries were committed. Nothing is made without a store. Raises NotIntact, StorageError.
    """
    catalogue = open_catalogue(home)
    try:
        return _seal(home, catalogue)
    finally:
        catalogue.close()


def seal_grown(home: Home, catalogue: Catalogue) -> None:
    """As `seal`, over a catalogue that is open, where this process added entries to it and has not sealed them."""
    if home.path in _grown:
        _seal(home, catalogue)


def seal_what_grew() -> None:
    """Seal every archive whose ledger grew in this process. Raises as `seal`."""
    for home in list(_grown.values()):
        seal(home)


def _seal(home: Home, catalogue: Catalogue) -> Checkpoint | None:
    if another_signs(home):
        return await_signed(home, catalogue)
    with catalogue.begin():
        pass  # what somebody added without signing is signed when this closes
    with catalogue.begin() as connection:  # nothing is written, but the order of the files is that of the commits
        newest = checkpoints.newest(connection)
        if newest is not None:
            write_head(home, newest)
    _grown.pop(home.path, None)
    return newest


@dataclass(frozen=True, slots=True)
class Closed:
    """The newest checkpoint, which covers every entry, and the segment files that were written up to it."""

    checkpoint: Checkpoint
    segments: tuple[Path, ...]


def close_segment(home: Home, catalogue: Catalogue) -> Closed:
    """Write what was added since the last segment into the store, as a segment with its checkpoint; so the looks.

    The only thing to call where the store's files must tell of an entry before work goes on; never within a
    transaction: a file on the store must not tell of entries that were rolled back. Raises NotIntact, StorageError.
    """
    anchor_looks(home, catalogue)
    folder = ledger_folder(home)
    busy = Busy("catalogue.busy", str(folder))
    # No transaction of others waits for these bytes; the order of the files is that of the commits all the same.
    with hold(home.work / "segments.lock", busy, _PATIENCE):
        with catalogue.begin() as connection:
            looks_sealing.write_head(home, connection)
        with catalogue.read() as connection:
            # The looks go first: a ledger made again from its segments must not give a root over looks that none has.
            looks_sealing.export_segment(home, connection)
            written = checkpoints.write_segments(connection, folder)
            newest = checkpoints.newest(connection)
        if written:
            with catalogue.begin() as connection:
                segment_cover.mark_closed(connection, folder)
    join_segments(home, catalogue)
    store_away.send(home)
    assert newest is not None, "an archive begins with an entry"
    _write_verifier_key(home, newest)
    return Closed(newest, tuple(written))


def anchor_looks(home: Home, catalogue: Catalogue) -> None:
    """Give the ledger the root over all looks, and have that signed. Raises NotIntact, Busy."""
    await_signer(home, catalogue)
    with catalogue.begin() as connection:
        looks_sealing.anchor(home, connection)
        sign_what_grew(home, connection)  # of a catalogue that has no keeper
    await_signer(home, catalogue)


def _write_verifier_key(home: Home, signed: Checkpoint) -> None:
    """Beside the public key, the same in the form that readers of signed notes take. Raises StorageError."""
    public = ledger_keys.read_public_key(home.keys / "ledger.pub")
    line = f"{verifier_key(signed.origin, public)}\n".encode()
    if content(home.keys / VERIFIER_KEY) != line:
        write_file(home.keys / VERIFIER_KEY, line, durable=True)


def join_segments(home: Home, catalogue: Catalogue) -> None:
    """Join what is due of the segments in the store, unless somebody else does; never within a transaction."""
    folder = ledger_folder(home)

    def mark() -> None:
        with catalogue.begin() as connection:
            segment_cover.mark_closed(connection, folder)

    # A full disk does not make what was closed unclosed; the next call joins.
    with suppress(Busy, MediumFull), nobody_joins(home, 0):
        segment_joining.join(folder, mark)
        looks_segments.join(home.store / looks_sealing.FOLDER)


def nobody_joins(home: Home, patience: float = _PATIENCE) -> AbstractContextManager[None]:
    """While this is held no segment goes, of ledger or looks, because it was joined. Raises Busy."""
    return hold(home.work / "joining.lock", Busy("catalogue.busy", str(ledger_folder(home))), patience)


def write_newest_head(home: Home) -> None:
    """Put the newest checkpoints into the store, while nobody else commits any. Raises StorageError."""
    with closing(open_catalogue(home)) as catalogue, catalogue.locked() as connection:
        if (newest := checkpoints.newest(connection)) is not None:
            write_head(home, newest)
        looks_sealing.write_head(home, connection)
    _grown.pop(home.path, None)  # whoever asked by the settings of before would look for a catalogue that moved


def write_head(home: Home, newest: Checkpoint) -> None:
    """Put a committed checkpoint into the store. Raises StorageError."""
    folder = ledger_folder(home)
    if folder.is_dir() and content(folder / HEAD) != newest.text().encode():
        write_file(folder / HEAD, newest.text().encode(), durable=True)
        kept_records.keep(folder / HEAD, changes=True)


def ledger_folder(home: Home) -> Path:
    """Where the ledger's files lie."""
    return home.store / "ledger"


def hold_to_witnesses(home: Home, connection: Connection, *, asked: bool = False) -> None:
    """Hold the ledger against newest checkpoint, newest segment, and the head in the store; `asked`: one away agreed.

    A head that is gone contradicts nothing, and is written into the ledger. Raises NotIntact where the ledger is not
    the one that the store tells of, or has entries that nobody signed.
    """
    there = store_away.against_store(home, connection, asked=asked)
    folder, size, last = ledger_folder(home), ledger.size(connection), checkpoints.newest(connection)
    covered = last.size if last else 0
    tail = {"first": covered + 1, "last": size, "count": size - covered}
    if last is not None and not is_witnessed(connection):
        if not there:
            write_head(home, last)
        ledger.note(home, connection, WITNESSED, tail)  # since this release
        return
    if size > covered and not ledger_keys.has_sealer(home):
        # No crash of ours leaves such entries: each transaction is signed within it. Nobody acts on what nobody signed.
        raise NotIntact("ledger.unsigned", home.catalogue_name, first=covered + 1, last=size, count=size - covered)
    if last is not None and not there and folder.is_dir():
        ledger.note(home, connection, HEAD_MISSING, {"file": HEAD, "size": covered})


def is_witnessed(connection: Connection) -> bool:
    """Whether this archive has signed each transaction yet; earlier releases left entries without a checkpoint.

    The ledger says so itself, or the rows do: to pass for an old archive it is not enough to change the rows.
    """
    with_peaks = select(table.c.size).where(table.c.peaks.isnot(None)).order_by(table.c.size.desc())
    if connection.execute(with_peaks.limit(1)).first() is not None:
        return True
    founded = ledger.of_action(connection, ledger_keys.FOUNDED)[:1]
    said = any("witness" in entry.details for entry in founded)
    return said or bool(ledger.of_action(connection, WITNESSED))


def sign_what_grew(home: Home, connection: Connection) -> int:
    """Sign what was added in a transaction that nobody else signs: of a catalogue that is being made.

    Returns how many entries the newest checkpoint covers now.
    """
    size, covered = _sizes(connection)
    return sign_now(home, connection).size if covered < size else covered


def sign_now(home: Home, connection: Connection) -> Checkpoint:
    """The checkpoint over every entry; where another process signs, the newest one. Raises NotIntact."""
    newest = checkpoints.newest(connection) if another_signs(home) else None
    if newest is not None:
        return newest
    return checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, now())


def _sizes(connection: Connection) -> tuple[int, int]:
    """How many entries there are, and how many of them the newest checkpoint covers; asked at once, for each write."""
    size, covered = connection.execute(_BOTH_SIZES).one()
    return int(size), int(covered)
