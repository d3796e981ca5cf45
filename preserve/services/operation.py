"""What makes a function an operation of the archive: its duty, its record of looking, its lock, and its sealing.

This is the only place where permission is asked for, where a refusal or a look is written down, and where entries that
an operation added are put under a checkpoint outside. The order is the law's:

1. Who asks is recognised, as the ledger tells of them now: once in a request that only reads. Who may not is refused,
   and the attempt is recorded. Where a door with sessions asks for a decision, the password must have been given
   again; the deed spends the proof.
2. What is exclusive is locked.
3. A look is recorded (regulation Art. 21). What cannot be recorded is not shown: there is no result then.
4. The operation runs. Every write transaction of a command asks again, within itself, whether the person still may.
5. What the person may not see is taken out of the result.
6. However it ended, the ledger is sealed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypedDict, TypeVar, Unpack, get_type_hints

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.people import Person, note_refusal, require_any
from preserve.data_management import sealing
from preserve.data_management.archive import Archive
from preserve.data_management.database import open_catalogue
from preserve.data_management.look_groups import Seen
from preserve.errors import Busy, NotPermitted, PreserveError
from preserve.messages import at_door, speaking
from preserve.services.declared_parts import Arguments as Arguments
from preserve.services.declared_parts import Duties, Kind, Lock, Subject
from preserve.services.declared_parts import Look as Look
from preserve.services.declared_parts import anybody as anybody
from preserve.services.declared_parts import of_archive as of_archive
from preserve.services.recent_looks import RECENT, of_session
from preserve.services.runs import Runs
from preserve.services.session import Needs, Session, claimed, sign_in
from preserve.work import hold

if TYPE_CHECKING:
    from preserve.administration.confirming import Proof

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Operation(Generic[P, R]):
    """One operation; called with a session and its own arguments."""

    name: str
    kind: Kind
    run: Callable[Concatenate[Session, P], R]
    duties: Duties = ()
    open_to_all: str = ""
    subject: Subject = ""
    look: Look | None = None
    lock: Lock | None = None
    hidden: Mapping[Duty, Callable[[R], R]] = field(default_factory=dict)
    needs: Needs = "archive"
    runs: Runs | None = None
    """How it runs as a job, where it may; what takes long may always."""
    confirmed: bool = False

    def __call__(self, session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it. Raises NotPermitted, and whatever the operation raises."""
        arguments = self.bind(session, args, kwargs)
        with speaking(session.language), at_door(""), self._sealed(session):
            within = replace(self._permitted(session, arguments), read={})
            with self._refusals(session, within, arguments), self._locked(within, arguments):
                self._record_look(within, arguments)
                result = self.run(within, *args, **kwargs)
                return self._shown(within, result)

    @cached_property
    def result(self) -> Any:
        """The type of the result."""
        return get_type_hints(self.run)["return"]

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.run)

    def bind(self, session: Session, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Arguments:
        """All arguments by their names, with those that have their usual values. Raises TypeError."""
        bound = self._signature.bind(session, *args, **kwargs)
        bound.apply_defaults()
        return bound.arguments

    def asked_for(self, arguments: Arguments) -> tuple[Duty, ...]:
        """The duties of which who asks with these arguments needs one; none where whoever is recognised may."""
        wanted = self.duties(arguments) if callable(self.duties) else self.duties
        return wanted if isinstance(wanted, tuple) else (wanted,)

    def _about(self, arguments: Arguments) -> str:
        return self.subject(arguments) if callable(self.subject) else str(arguments.get(self.subject) or "")

    @contextmanager
    def _sealed(self, session: Session) -> Iterator[None]:
        try:
            yield
        finally:
            try:
                if session.opened is not None:
                    session.opened.seal()
                else:
                    sealing.seal_what_grew()
            except Exception as error:  # noqa: BLE001  the work is done and signed in the catalogue: it stands
                session.aside(error)

    def _permitted(self, session: Session, arguments: Arguments) -> Session:
        """The session within the operation: with the person, and with an archive that asks again when it writes."""
        if self.open_to_all or self.needs == "nothing":
            return session
        duties = self.asked_for(arguments)
        if session.opened is None:
            return replace(session, acting=self._recognised_on_damage(session, duties, arguments))
        person = self._recognised(session, session.opened, duties, arguments)

        proof = self._proved(session, session.opened, person, arguments)

        def still(connection: Connection) -> None:
            require_any(connection, person, duties, _deed(self.name))
            if proof is not None:
                proof.spend(connection)

        return replace(session, acting=person, opened=session.opened.guarded(still, each=self.kind != "job"))

    def _proved(self, session: Session, archive: Archive, person: Person, arguments: Arguments) -> Proof | None:
        """The proof that this deed spends; None where none is wanted. Raises ConfirmNeeded."""
        if not (self.confirmed and session.again):
            return None
        from preserve.administration.confirming import Deed, require_proof  # no command pays for it

        asked = Deed(self.name, self._about(arguments), str(arguments.get("seen") or ""))
        with archive.catalogue.read() as connection:
            return require_proof(connection, person.account, session.login, asked, session.proofs, archive.now())

    def _recognised_on_damage(self, session: Session, duties: tuple[Duty, ...], arguments: Arguments) -> Person | None:
        """Who asks for what mends a catalogue; None where what could say who may do it is what is to be mended."""
        try:
            archive = Archive(session.home, open_catalogue(session.home, older=True))
            try:
                return self._recognised(session, archive, duties, arguments)
            finally:
                archive.close()
        except (NotPermitted, Busy):
            raise
        except PreserveError:
            return None

    def _recognised(self, session: Session, archive: Archive, duties: tuple[Duty, ...], arguments: Arguments) -> Person:
        account = claimed(session.credentials)
        once = session.recognised
        try:
            with archive.catalogue.read() as connection:
                known = None if once is None or once.over else once.person
                person = known or sign_in(connection, session.credentials, archive.now())
                account = person.account
                require_any(connection, person, duties, _deed(self.name), fresh=known is None)
                if once is not None:
                    once.person = person
                return person
        except NotPermitted:
            self._refuse(archive, account, arguments)
            raise

    @contextmanager
    def _refusals(self, session: Session, within: Session, arguments: Arguments) -> Iterator[None]:
        """What the operation itself does not permit is recorded as well: the same person twice, a case of another."""
        try:
            yield
        except NotPermitted:
            if session.opened is not None and within.acting is not None:
                self._refuse(session.opened, within.acting.account, arguments)
            raise

    def _refuse(self, archive: Archive, account: str, arguments: Arguments) -> None:
        duty = next(iter(self.asked_for(arguments)), None)
        with suppress(PreserveError):  # a catalogue that cannot be written must not hide the refusal
            note_refusal(archive.catalogue, account, duty, self._about(arguments), archive.now())

    @contextmanager
    def _locked(self, session: Session, arguments: Arguments) -> Iterator[None]:
        if self.lock is None:
            yield
            return
        name, busy = self.lock(session, arguments)
        with hold(session.home.work / f"{name}.lock", busy):
            yield

    def _record_look(self, session: Session, arguments: Arguments) -> None:
        if self.look is None:
            return
        action = self.look.action(arguments) if callable(self.look.action) else self.look.action
        if not action:
            return
        look = self.look
        subject = look.about(session, arguments) if look.about else self._about(arguments)

        def record() -> None:
            details = look.details(session, arguments)
            failed = session.archive.record_look(
                Seen(action, subject, session.person.account, details, session.archive.now())
            )
            if failed is not None:
                session.aside(failed)  # the look is recorded and signed in the catalogue: it stands

        if look.once is None:
            record()
        else:
            RECENT.record(of_session(session, action, subject, look.once(session, arguments)), record)

    def _shown(self, session: Session, result: R) -> R:
        for duty, hide in self.hidden.items():
            if session.acting is None or not session.acting.may(duty):
                result = hide(result)
        return result


def _deed(name: str) -> str:
    """An operation's name as its word has it."""
    return name.replace(".", "-").replace("_", "-")


OPERATIONS: dict[str, Operation[..., Any]] = {}
"""Every operation by its name, as far as its room was imported (`preserve.services.rooms` imports all)."""


class How(TypedDict, total=False):
    """What a declaration says; either `duty`, or in `open_to_all` why nobody is asked.

    `confirmed`: doors with sessions want the password again for it, on the very thing that it is about.
    """

    duty: Duties
    open_to_all: str
    subject: Subject
    look: Look | str
    lock: Lock
    hidden: Mapping[Duty, Callable[[Any], Any]]
    needs: Needs
    runs: Runs
    confirmed: bool


class _Declaration:
    """Declares operations of one kind. Raises TypeError, when the room is imported, where a declaration is wrong."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def __call__(
        self, name: str, **how: Unpack[How]
    ) -> Callable[[Callable[Concatenate[Session, P], R]], Operation[P, R]]:
        """Make the function that follows an operation; its `subject` names the parameter that it is about."""
        if bool(how.get("open_to_all")) == bool(how.get("duty")):
            raise TypeError(f"{name}: either a duty, or why it is open to all")
        if name in OPERATIONS:
            raise TypeError(f"{name}: declared twice")

        def declared(run: Callable[Concatenate[Session, P], R]) -> Operation[P, R]:
            look = how.get("look")
            operation = Operation(
                name,
                self._kind,
                run,
                how.get("duty", ()),
                how.get("open_to_all", ""),
                how.get("subject", ""),
                Look(look) if isinstance(look, str) else look,
                how.get("lock"),
                how.get("hidden", {}),
                how.get("needs", "archive"),
                how.get("runs", Runs() if self._kind == "job" else None),
                how.get("confirmed", False),
            )
            OPERATIONS[name] = operation
            return operation

        return declared


query = _Declaration("query")
"""Shows something and changes nothing but the record of looking."""
command = _Declaration("command")
"""Changes something, in one or a few transactions, at once."""
job = _Declaration("job")
"""Takes long: it tells its progress, can be stopped, and goes on where it stopped."""
