"""What a request consists of. Every step writes it down anew as a whole; no step changes what an earlier one wrote."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from preserve.administration.proceedings import Record
from preserve.administration.proceedings.records import Paper

State = Literal["opened", "examined", "approved", "refused", "withdrawn", "delivered", "returned"]
Form = Literal["original", "preservation", "access", "package"]
"""What is wanted of each file; `package`: the case's package as it is kept, with everything in it."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Consumer(_Record):
    """Who asks, in what capacity; `represents` is the party that a lawyer acts for."""

    name: str
    capacity: str
    organisation: str = ""
    represents: str = ""
    contact: str = ""


class Wanted(_Record):
    """What is asked for: a case, one of its stages, or one object; of a recording also a range in seconds."""

    objid: str
    case_number: str
    stage: str = ""
    object: str = ""
    begin: float | None = None
    end: float | None = None
    form: Form = "original"


class Concern(_Record):
    """What stands against giving something, with the article; solved by redaction or by leaving it out."""

    code: str
    article: str
    object: str = ""
    values: dict[str, str] = Field(default_factory=dict)
    solved: str = Field("", description="redacted, left-out, answered, or empty")


class Selected(_Record):
    """One file that is to be given: where it lies in which package, its digest, and what is done to it."""

    objid: str
    case_number: str
    package: str
    path: str = Field(description="original's path below its representation")
    identifier: str
    representation: str
    file: str = Field(description="path of what is given, below its representation")
    size: int
    sha256: str
    original_sha256: str
    begin: float | None = None
    end: float | None = None
    redacted: bool = False
    given_as: str = Field("", description="path under which it is given, where that is not its own: names tell too")

    @property
    def shown(self) -> str:
        """The name that the consumer sees."""
        return self.given_as or self.path


class Examination(_Record):
    """What the examiner found and proposes."""

    by: str
    when: str
    opinion: Literal["grant", "refuse"]
    note: str
    concerns: tuple[Concern, ...]
    selection: tuple[Selected, ...]
    left_out: tuple[str, ...] = ()
    redaction: Paper | None = None


class Decision(_Record):
    """What the head, or whoever decides in the head's place, decided, and by which article."""

    by: str
    on_behalf_of: str = ""
    delegation: str = ""
    when: str
    outcome: Literal["approved", "refused"]
    article: str
    reason: str


class Delivery(_Record):
    """What was handed over: the DIP, its form, the digests that the ledger anchors, and what the archive keeps of it.

    `papers` are the certificate and the list of evidence, as they were given.
    """

    dip: str
    by: str
    when: str
    to: str
    form: str
    files: int
    size: int
    evidence_sha256: str
    certificate_sha256: str
    papers: tuple[Paper, ...] = ()


class Acknowledgement(_Record):
    """Who confirmed to have received it, by which receipt, and whether a lent carrier came back."""

    by: str
    when: str
    receiver: str
    receipt: Paper | None = None
    carrier_returned: bool = False
    outcome: str = ""


class Withdrawal(_Record):
    """That the request was taken back."""

    by: str
    when: str
    reason: str


class Request(Record):
    """One request as it stands after a step; times are RFC 3339 in UTC."""

    state: State
    opened: str
    opened_by: str
    received: date
    due: date
    due_certain: bool = True
    urgent: str = Field("", description="why it cannot wait; empty: it can")
    consumer: Consumer
    papers: tuple[Paper, ...]
    wanted: tuple[Wanted, ...]
    purpose: str
    examination: Examination | None = None
    decision: Decision | None = None
    delivery: Delivery | None = None
    acknowledgement: Acknowledgement | None = None
    withdrawal: Withdrawal | None = None

    @property
    def cases(self) -> tuple[str, ...]:
        """The objids it is about, each once, in order."""
        return tuple(dict.fromkeys(one.objid for one in self.wanted))
