"""What the REST door offers: each row a verb and a path that lead to one operation. Nothing is offered but by a row.

A row says only what the operation's own signature cannot: which of its arguments are not offered, which come as
uploaded files, and which are places that the operation writes to, whose files become the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from preserve.services.operation import OPERATIONS, Operation

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Gives = Literal["document", "file", "folder", "picture", "paper", "copy", "kept"]
"""What an answer is: a document; what the operation wrote; or bytes: a `picture` or `paper` that the result holds, a
`copy` to be sent in ranges, or a `kept` file to be saved."""

MIB = 1 << 20
PAPERS = 100 * MIB
"""How many bytes a request may have that brings papers or a long list; every other may have one MiB."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One route. `path` has the operation's own parameters in braces, as `/cases/{case}`.

    `fixed` arguments are the row's, `left` ones are places of the host and not offered: their defaults hold.
    `patterns` say what a text must look like, where the operation would take a place of the host for it as well.
    `uploads` are arguments that come as files; `into` is the one that the operation writes to, and `gives` what
    becomes of it: a file of this `name` and media type `kind`, or whatever lies in the folder. `made` is the address of
    what was made, with fields of the document in braces. `match` is the argument that
    takes the digest of the record that was seen: If-Match is demanded; `tag` the field of a
    document that is this digest, and so its ETag. A `secret` answer is not kept. `once` demands an
    Idempotency-Key. `open`: whoever asks is nobody yet.
    """

    verb: Verb
    path: str
    operation: str
    names: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()
    into: str = ""
    gives: Gives = "document"
    kind: str = ""
    name: str = ""
    made: str = ""
    match: str = ""
    tag: str = ""
    secret: bool = False
    largest: int = 0
    once: bool | None = None
    job: bool | None = None
    open: bool = False

    @property
    def asks(self) -> Operation[..., Any]:
        """The operation. Raises KeyError where there is none of that name: then the door does not open."""
        return OPERATIONS[self.operation]

    @property
    def as_job(self) -> bool:
        """Whether a job is asked for instead of doing it while the caller waits."""
        return self.asks.kind == "job" if self.job is None else self.job

    @property
    def limit(self) -> int:
        """How many bytes a request may have."""
        return self.largest or (PAPERS if self.uploads else MIB)

    @property
    def demands_key(self) -> bool:
        """Whether it opens something or starts a job, so that doing it twice would be two."""
        return (self.as_job or bool(self.made)) if self.once is None else self.once


def get(path: str, operation: str, **more: Any) -> Offer:
    """A row that shows something."""
    return Offer("GET", path, operation, **more)


def post(path: str, operation: str, **more: Any) -> Offer:
    """A row that does something: a step, or something new."""
    return Offer("POST", path, operation, **more)
