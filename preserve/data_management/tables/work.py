"""What several machines must agree on while they work: who holds what, and which machines there are.

On one machine neither table has rows: locks are files there, and the one worker is seen by its own.
"""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from preserve.data_management.tables.catalogue import metadata

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True, comment="path of the lock within the home"),
    Column("holder", Text, nullable=False, comment="ULID, one for each taking"),
    Column("fence", BigInteger, nullable=False, comment="how often it was taken"),
    Column("job", Text, nullable=False, comment="the job that took it, or nothing"),
    Column("attempt", Integer, nullable=False, comment="its attempt: a later one takes the lease from an earlier"),
    Column("until", Text, nullable=False, comment="by the database's clock, to the microsecond; past: nobody holds it"),
)

nodes = Table(
    "nodes",
    metadata,
    Column("name", Text, primary_key=True, comment="as whoever runs it called it"),
    Column("worker", Text, nullable=False, comment="ULID of the process that works there"),
    Column("boot", Text, nullable=False, comment="boot id of the machine"),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False, comment="of the program"),
    Column("profiles", Text, nullable=False, comment="SHA-256 over the profiles in force there"),
    Column("lanes", Text, nullable=False, comment="JSON: how many jobs of each lane may run there at once"),
    Column("joined", Text, nullable=False),
    Column("seen", Text, nullable=False, comment="by the database's clock"),
    Column("ended", Text, comment="when it left as it was asked to; null while it works, or when it vanished"),
)
