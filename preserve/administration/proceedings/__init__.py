"""One machine for requests, holds, appraisals, disposals and transfers: a table of steps, one store, one numbering.

Each kind says as data which step may follow which, whose duty it is and who must be another person; what belongs to
the kind alone (what is asked for, what stands against it) stays with it. Only `Proceeding` reads and writes records.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from preserve.administration.duties import Duty, allows
from preserve.administration.people import Person, require
from preserve.administration.proceedings import records
from preserve.clock import zone
from preserve.data_management import proceedings
from preserve.data_management.proceedings import Kind, ProceedingRow
from preserve.errors import Changed, Conflict, NotFound, NotPermitted
from preserve.home import Home
from preserve.messages import say
from preserve.work import hold


class Record(BaseModel):
    """A proceeding as it stands after a step; every step writes it down anew as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    state: str
    step: int


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what the ledger calls it, the states it may follow, the states it may lead to, whose duty it is.

    `apart_from` names those among the earlier hands who may not take it. A step without a state to lead to leaves the
    proceeding where it is. One of the `duties` is enough; none: the caller has asked already.
    """

    deed: str
    after: frozenset[str]
    to: tuple[str, ...]
    duties: tuple[Duty, ...] = ()
    apart_from: tuple[str, ...] = ()


def step(deed: str, after: str, to: str = "", *duties: Duty, apart_from: str = "") -> Step:
    """A row of the table: several states, or hands, are parted by blanks; `to` is `deed` where nothing else is said."""
    return Step(deed, frozenset(after.split()), tuple((to or deed).split()), duties, tuple(apart_from.split()))


@dataclass(frozen=True, slots=True)
class Taking(Generic[R]):
    """A step that may be taken: the record it follows, and the head in whose place the person acts, if any."""

    record: R
    on_behalf_of: str
    delegation: str


@dataclass(frozen=True)
class Proceeding(Generic[R]):
    """A kind of proceeding.

    `hands` gives, by the names that the table uses, the accounts that have acted so far; `same_hands` the refusal for
    each name. `words` is what the names of the states begin with in the messages; `no_reason` the answer to who refuses
    and does not say why.
    """

    kind: Kind
    folder: str
    model: type[R]
    steps: tuple[Step, ...]
    words: str
    unknown: str
    wrong_step: str
    no_reason: str = ""
    hands: Callable[[R], Mapping[str, Collection[str]]] = lambda record: {}
    same_hands: Mapping[str, str] = field(default_factory=dict)

    def folder_of(self, home: Home, number: str) -> Path:
        """Where the records of one lie. Raises Refused for what is no number of one."""
        if not records.is_number(self.kind, number):
            raise NotFound(self.unknown, number)
        return home.store / self.folder / number

    @contextmanager
    def claimed(self, home: Home, number: str, busy: str) -> Iterator[None]:
        """Nobody else goes on with it meanwhile. Raises Refused with the code `busy`."""
        self.folder_of(home, number)  # a number is safe as a name
        with hold(home.work / f"{self.kind}-{number}.lock", Conflict(busy, number)):
            yield

    def new_number(self, home: Home, connection: Connection, moment: datetime) -> str:
        """The next number of the bureau's year, in the caller's transaction; none is ever given out twice."""
        year = moment.astimezone(zone(home.settings.time_zone)).year
        return proceedings.next_number(connection, self.kind, year, lambda number: self._taken(home, number))

    def _taken(self, home: Home, number: str) -> bool:
        return (home.store / self.folder / number).exists()

    # --- what stands

    def row(self, connection: Connection, number: str) -> ProceedingRow:
        """What the ledger says of one. Raises Refused where there is none, NotIntact where an index contradicts it."""
        row = proceedings.read(connection, number, self.kind) if records.is_number(self.kind, number) else None
        if row is None:
            raise NotFound(self.unknown, number)
        return row

    def read(self, connection: Connection, home: Home, number: str) -> R:
        """One as its last record says. Raises Refused; NotIntact where the record is not the one in the ledger."""
        return self.read_record(home, self.row(connection, number))

    def read_record(self, home: Home, row: ProceedingRow) -> R:
        """The record of a row. Raises NotIntact."""
        path = self.folder_of(home, row.number) / records.record_name(self.kind, row.steps, row.state)
        return records.read_record(path, row.sha256, self.model)

    def digest(self, home: Home, record: R) -> str:
        """The digest of a record as it was read: what somebody has seen who was shown it. Raises NotIntact."""
        path = self.folder_of(home, record.number) / records.record_name(self.kind, record.step, record.state)
        return records.digest_of_record(path)

    def read_all(self, connection: Connection, home: Home, states: Collection[str] = ()) -> list[R]:
        """Every one, or those in some states, for a list: each is held against the ledger. Raises NotIntact."""
        listed = proceedings.rows(connection, self.kind, tuple(states))
        return [self.read(connection, home, row.number) for row in listed]

    def newest(self, connection: Connection, home: Home, states: Collection[str], most: int) -> tuple[list[R], int]:
        """The newest, in any state or in some, oldest first, and how many older ones there are. Raises NotIntact."""
        listed, older = proceedings.newest(connection, self.kind, tuple(states), most)
        return [self.read(connection, home, row.number) for row in listed], older

    # --- steps

    def check(self, record: R, deed: str, account: str, on_behalf_of: str = "") -> Step:
        """The step of that name. Raises Refused where it may not follow, NotPermitted for somebody who has acted.

        A deputy counts as oneself, and as the head in whose place they act.
        """
        named = [step for step in self.steps if step.deed == deed]
        found = next((one for one in named if record.state in one.after), None)
        if found is None:
            raise self.refusal(record, named[0])
        acting = {account, on_behalf_of} - {""}
        known = self.hands(record)
        for name in found.apart_from:
            if acting & set(known.get(name, ())):
                raise NotPermitted(self.same_hands[name], record.number, account=account)
        return found

    def refusal(self, record: R, wanted: Step) -> Conflict:
        """That a step may not follow now: which must come before it, or that it is over."""
        domain = self.words.partition(".")[0]
        before = self._first_on_the_way(record.state, wanted)
        if before is not None and before.deed != wanted.deed:
            why = say("proceeding.not-yet", step=say(f"{domain}.deed-{before.deed}"))
        else:
            why = say("proceeding.stands", state=say(f"{self.words}-{record.state}"))
        return Conflict(self.wrong_step, record.number, why=why, step=say(f"{domain}.deed-{wanted.deed}"))

    def _first_on_the_way(self, state: str, wanted: Step) -> Step | None:
        """The next step from a state on the shortest way to where the wanted one may be taken; None: there is none."""
        ways: list[tuple[str, Step | None]] = [(state, None)]
        seen = {state}
        for here, first in ways:
            if here in wanted.after:
                return first
            for one in self.steps:
                if here not in one.after:
                    continue
                for there in one.to:
                    if there not in seen and there != "=":
                        seen.add(there)
                        ways.append((there, first or one))
        return None

    def may(self, connection: Connection, person: Person, deed: str) -> None:
        """Raises NotPermitted unless this person has a duty that lets them take a step of that name."""
        duties = next(step.duties for step in self.steps if step.deed == deed)
        if not any(person.may(duty) for duty in duties[1:]):
            require(connection, person, duties[0])

    def take(
        self, connection: Connection, home: Home, person: Person, number: str, deed: str, seen: str = ""
    ) -> Taking[R]:
        """Whether this person may take this step now; what it follows. `seen`: the digest of the record they saw.

        Raises NotPermitted, Refused, NotIntact; Changed where a step came in since `seen`, which is not asked for where
        it is empty. To be asked in the transaction that writes the step.
        """
        self.may(connection, person, deed)
        row = self.row(connection, number)
        if seen and row.sha256 != seen:
            raise Changed("proceeding.changed", number)
        record = self.read_record(home, row)
        behalf, delegation = self._hat(person, deed)
        self.check(record, deed, person.account, behalf)
        return Taking(record, behalf, delegation)

    def _hat(self, person: Person, deed: str) -> tuple[str, str]:
        """The head in whose place a person takes this step, and by which delegation; empty: they take it themselves."""
        decides = Duty.DECIDE in next(step.duties for step in self.steps if step.deed == deed)
        own = not decides or allows(person.roles, Duty.DECIDE)
        return ("", "") if own else (person.deputy_of, person.delegation)

    def offered(self, person: Person, record: R) -> tuple[str, ...]:
        """The steps that this person may take now, as the record stands: what a door offers them, and nothing else."""
        return tuple(
            deed for deed in dict.fromkeys(step.deed for step in self.steps) if self._open(person, record, deed)
        )

    def _open(self, person: Person, record: R, deed: str) -> bool:
        duties = next(step.duties for step in self.steps if step.deed == deed)
        if not any(person.may(duty) for duty in duties):
            return False
        try:
            self.check(record, deed, person.account, self._hat(person, deed)[0])
        except (NotPermitted, Conflict):
            return False
        return True

    def open(
        self,
        connection: Connection,
        home: Home,
        record: R,
        *,
        actor: str,
        moment: datetime,
        details: Mapping[str, Any] | None = None,
    ) -> R:
        """Write the first step down, in the caller's transaction; `details` hold about and cases, and name nobody."""
        deed = proceedings.OPENING[self.kind].partition(".")[2]
        self._write(connection, home, record, deed, actor, moment, details or {})
        return record

    def go_on(
        self,
        connection: Connection,
        home: Home,
        record: R,
        deed: str,
        *,
        actor: str,
        moment: datetime,
        details: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> R:
        """Write the next step down, in the caller's transaction.

        `changes` are fields of the record, with `state` where the step may lead to more than one.
        """
        found = self.check(record, deed, "")
        to = changes.pop("state", "") or found.to[-1]
        if to == "=":
            to = record.state
        elif to not in found.to:
            raise self.refusal(record, found)
        stepped = record.model_copy(update={"state": to, "step": record.step + 1, **changes})
        self._write(connection, home, stepped, deed, actor, moment, details or {})
        return stepped

    def _write(
        self,
        connection: Connection,
        home: Home,
        record: R,
        deed: str,
        actor: str,
        moment: datetime,
        details: Mapping[str, Any],
    ) -> None:
        """The record first, then ledger and index: a record that no entry names is of a step that was cut off."""
        path = self.folder_of(home, record.number) / records.record_name(self.kind, record.step, record.state)
        told = {"state": record.state, "step": record.step, "sha256": records.write_record(path, record), **details}
        proceedings.add_step(connection, self.kind, record.number, deed, told, actor=actor, moment=moment)
