"""How an operation runs as a job: beside what, what of it is secret, and where it puts files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Lane = Literal["ingest", "audit", "rebuild", "burn", "reading", "waited", "work"]
"""What runs beside what: as many deposits as there are processors; one audit; one rebuild; one burn a device; one
reading by machine. In `waited` is what somebody waits for on a page; it never stands behind long work. All else is
`work`."""


@dataclass(frozen=True, slots=True)
class Runs:
    """How an operation runs as a job. `place` names the parameter of which no two jobs of a lane have the same at once.

    One that `resumes` goes on by itself, once, after its process vanished. `secret` parameters are in no table and no
    log. `folder` names the parameter that says where to put files: a job puts them into a new folder of its own.
    What an operation writes `anew` is nothing that it goes on with: a later attempt begins with an empty folder, where
    an earlier one was cut off after its files and before it said so.
    """

    lane: Lane = "work"
    place: str = ""
    resumes: bool = True
    secret: tuple[str, ...] = ()
    folder: str = ""
    anew: bool = False
