"""Who asks: the credentials somebody came with, the language they read, and where progress is told.

The person is recognised anew for every operation, as the ledger tells of them at that moment; within one request that
only reads, once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection

from preserve.administration.actor import Actor
from preserve.administration.duties import Duty
from preserve.administration.people import Person, recognise, recognise_account, token_digest
from preserve.data_management import retention_index
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import NotPermitted
from preserve.home import Home, acting_person, default_path, given_token, open_home
from preserve.messages import Language
from preserve.progress import Progress, Silent
from preserve.services.kept_session import Kept, Unsafe, read_kept

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The operating-system user of this process, as the kernel says; only who starts a process has this."""

    name: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token, as it was given; an empty one is nobody's."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was kept and cannot be used any more, and why: nobody acts by it, nor instead of it."""

    code: str
    where: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class AsJob:
    """An attempt of a job: it acts as the account that asked for the job. Only the job's own process has this.

    Whose `account` that is says the table, held to the ledger; here it is only for what is written of a refusal.
    """

    job: str
    attempt: int
    account: str = ""


Credentials = SystemUser | Token | Ended | AsJob | None
"""None: somebody who showed nothing. They are nobody, whoever founded the archive."""


def claimed(credentials: Credentials) -> str:
    """The account as whose these credentials are shown, before anybody is recognised; empty for a token."""
    match credentials:
        case SystemUser(name):
            return name
        case AsJob(account=account):
            return account
    return ""


def of_this_process(place: Path | None = None) -> Credentials:
    """The token in `PRESERVE_TOKEN` where it is set, be it empty; else that of the session that a login kept for the
    home at `place`, or for the usual one; else the operating-system user."""
    token = given_token()
    if token is not None:
        return Token(token)
    match read_kept(place):
        case Kept() as kept if kept.ended:
            return Ended("people.session-ended", kept.account, kept.expires)
        case Kept() as kept:
            return Token(kept.token)
        case Unsafe(path):
            return Ended("people.session-unsafe", path)
    return SystemUser(acting_person())


def sign_in(connection: Connection, credentials: Credentials, moment: datetime) -> Person:
    """The person behind these credentials, as the ledger tells of them now.

    Raises NotPermitted for nobody, for what is not known and for who is suspended; NotIntact where the tables tell of
    accounts, delegations or tokens what the ledger does not.
    """
    match credentials:
        case Token(text):
            return recognise(connection, "", text, moment)
        case SystemUser(name):
            return recognise(connection, name, None, moment)
        case Ended(code, where, until):
            raise NotPermitted(code, where, until=until)
        case AsJob(job, attempt, _):
            from preserve.data_management import jobs  # only in the process of a job

            account, scopes = jobs.asker(connection, job, attempt)
            person = recognise_account(connection, account, moment)
            return person if scopes is None else replace(person, scopes=frozenset(map(Duty, scopes)))
    raise NotPermitted("people.nobody")


Needs = Literal["archive", "home", "nothing"]
"""What an operation must find open: the archive; the home, be its catalogue missing or damaged; or nothing."""


@dataclass(slots=True)
class Recognised:
    """Who one request that only reads was recognised as, for all its operations; each decides for itself what they may.

    `over` when the request was answered: what is still sent then, for hours where it is news, recognises anew.
    """

    person: Person | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One asker's dealings with an archive.

    `person` and `language` hold within an operation; `aside` is told what went wrong after an operation's work was
    done. Whatever an operation does not need is not there: asking for it is a defect (`AssertionError`). `again`: this
    door wants the password again for decisions; `proofs` are those that were given (`preserve.services.confirm`).
    `address` is where a door with sessions is asked from. `recognised` is there within one request that only reads.
    """

    credentials: Credentials
    language: Language = "zh"
    progress: Progress = field(default_factory=Silent)
    aside: Callable[[BaseException], None] = lambda error: None
    opened: Archive | None = None
    opened_home: Home | None = None
    acting: Person | None = None
    read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    again: bool = False
    address: str = ""
    proofs: tuple[str, ...] = field(default=(), repr=False)
    recognised: Recognised | None = None

    @property
    def archive(self) -> Archive:
        """The archive of this session."""
        assert self.opened is not None, "the operation did not say that it needs the archive"
        return self.opened

    @property
    def home(self) -> Home:
        """The home of this session."""
        assert self.opened_home is not None, "the operation did not say that it needs a home"
        return self.opened_home

    @property
    def person(self) -> Person:
        """Who acts."""
        assert self.acting is not None, "the operation has no duty, so nobody was recognised"
        return self.acting

    @property
    def login(self) -> str:
        """The digest of the token that somebody came with; empty where they came with none."""
        return token_digest(self.credentials.text) if isinstance(self.credentials, Token) else ""

    @property
    def actor(self) -> Actor:
        """Who acts, on this session's archive."""
        return Actor(self.archive, self.person)

    def once(self, what: str, reading: Callable[[Connection], T]) -> T:
        """What `reading` gives, read once within an operation: so what a look's entry names is what is then shown."""
        if what not in self.read:
            with self.archive.catalogue.read() as connection:
                self.read[what] = reading(connection)
        known: T = self.read[what]
        return known

    @contextmanager
    def within_one_request(self) -> Iterator[Session]:
        """The same session, for operations that answer one request and change nothing: recognised once, of one moment.

        Whoever writes in it reads what was written.
        """
        recognised = Recognised()
        try:
            with self.archive.catalogue.together():
                yield replace(self, recognised=recognised)
        finally:
            recognised.over = True

    def watched(self, progress: Progress) -> Session:
        """The same session, with somebody who is told how far the work is."""
        return replace(self, progress=progress)

    def close(self) -> None:
        """Close the archive."""
        if self.opened is not None:
            self.opened.close()


def begin(
    place: Path | None,
    credentials: Credentials,
    language: Language,
    needs: Needs = "archive",
    aside: Callable[[BaseException], None] = lambda error: None,
) -> Session:
    """A session with the archive of that home, or of the usual one; nobody is recognised yet.

    Raises UsageError where there is none, Refused where its settings are wrong, NotIntact, Busy.
    """
    if needs == "nothing":
        return Session(credentials, language, aside=aside)
    if needs == "home":
        return Session(credentials, language, aside=aside, opened_home=open_home(place or default_path()))
    archive = open_archive(place)
    try:
        _count_again(archive)
    except BaseException:
        archive.close()
        raise
    return Session(credentials, language, aside=aside, opened=archive, opened_home=archive.home)


def _count_again(archive: Archive) -> None:
    """Count what an upgrade of the program says is to be counted again."""
    with archive.catalogue.read() as connection:
        if not retention_index.to_be_counted(connection):
            return
    from preserve.administration.retention.rules_in_force import count_again  # once in years

    count_again(archive)
