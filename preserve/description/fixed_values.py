"""The values that a case description may have by law and not by the bureau's profiles: each a fixed list of names."""

from __future__ import annotations

from enum import StrEnum

FIRST_YEAR, LAST_YEAR = 1949, 2100
"""The years that a record of this archive can be of."""


class Procedure(StrEnum):
    """By which procedure the case was handled (行政处罚法 Art. 51 and 54)."""

    ORDINARY = "ordinary"
    SUMMARY = "summary"


class Stage(StrEnum):
    """The stages of enforcement (regulation Art. 3), in their order."""

    INITIATION = "initiation"
    INVESTIGATION = "investigation"
    EXAMINATION = "examination"
    DECISION = "decision"
    SERVICE = "service"
    EXECUTION = "execution"
    FILING = "filing"


class Classification(StrEnum):
    """Who may see it (regulation Art. 20), from the most open to the strictest."""

    INTERNAL = "internal"
    PRIVACY = "privacy"
    COMMERCIAL_SECRET = "commercial-secret"
    STATE_SECRET = "state-secret"


class Retention(StrEnum):
    """Retention of the case file (机关档案管理规定)."""

    YEARS_10 = "10-years"
    YEARS_30 = "30-years"
    PERMANENT = "permanent"


class Volume(StrEnum):
    """Which part of the file a paper belongs to where a bureau divides it: 正卷, or 副卷 for internal papers."""

    MAIN = "main"
    INNER = "inner"


class LegacyFact(StrEnum):
    """What may not be known of an old case: fields of its description, and what its files are."""

    CASE_NUMBER = "case_number"
    TITLE = "title"
    CASE_TYPE = "case_type"
    CAUSE = "cause"
    PRODUCER = "producer"
    PARTIES = "parties"
    OFFICERS = "officers"
    START = "start"
    CLOSED = "closed"
    OUTCOME = "outcome"
    RETENTION = "retention"
    STAGES = "stages"
    KINDS = "kinds"
