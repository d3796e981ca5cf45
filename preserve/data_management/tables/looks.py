"""The log of looks, and what was signed over it last."""

from __future__ import annotations

from sqlalchemy import Column, Computed, Index, LargeBinary, Table, Text

from preserve.data_management.engines.dialect import FromEntry
from preserve.data_management.tables.catalogue import Big, metadata
from preserve.data_management.tables.ledger import LEDGER_COLUMNS, LEDGER_COLUMNS_OF_POSTGRESQL

LOOKS_COLUMNS = {name: LEDGER_COLUMNS[name] for name in ("action", "subject")}
"""Column to expression: both follow from the text of a look, as the ledger's follow from its entries."""

looks = Table(
    "looks",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False, comment="position in the log, from 1, no holes"),
    Column(
        "entry",
        Text,
        nullable=False,
        comment="canonical JSON (RFC 8785): number, log, time, actor, action, subject, details",
    ),
    Column(
        "leaf", LargeBinary, nullable=False, comment="RFC 9162 leaf hash of the look: SHA-256 of 0x00 and its bytes"
    ),
    *(
        Column(name, Text, Computed(FromEntry(made_of, LEDGER_COLUMNS_OF_POSTGRESQL[name]), persisted=True))
        for name, made_of in LOOKS_COLUMNS.items()
    ),
)
Index("looks_by_subject", looks.c.subject, looks.c.action)
Index("looks_by_action", looks.c.action)

looks_checkpoint = Table(
    "looks_checkpoint",
    metadata,
    Column("size", Big, primary_key=True, comment="number of looks it covers; there is no row but the newest"),
    Column("root", LargeBinary, nullable=False, comment="Merkle root over them"),
    Column("made", Text, nullable=False),
    Column("note", Text, nullable=False, comment="the signed text, whose origin names this log"),
    Column("signature", LargeBinary, nullable=False, comment="Ed25519 over the note"),
    Column("key", Text, nullable=False, comment="SHA-256 of the public key"),
    Column("peaks", LargeBinary, nullable=False, comment="roots of the complete subtrees, to go on from"),
)
