"""Accounts, delegations, passwords, tokens, second factors and security keys, and what is known of tries to log in."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from preserve.data_management.tables.catalogue import Big, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True, comment="stands in every entry of the ledger"),
    Column("person", Text, nullable=False, comment="the official's name"),
    Column("roles", Text, nullable=False, comment="JSON list"),
    Column("os_user", Text, nullable=False, default="", comment="user of the operating system"),
    Column("state", Text, nullable=False, comment="active or suspended"),
    Column("added", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="person", comment="person or program"),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Text, primary_key=True, comment="ULID"),
    Column("head", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ended", Text),
)

credentials = Table(
    "credentials",
    metadata,
    Column("account", Text, primary_key=True),
    Column("password", Text, nullable=False, comment="argon2"),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", Text, primary_key=True, comment="SHA-256 of the token"),
    Column("account", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("id", Text, nullable=False, server_default="", comment="ULID: names it where it is listed or ended"),
    Column("kind", Text, nullable=False, server_default="login", comment="login, session, personal or program"),
    Column("name", Text, nullable=False, server_default="", comment="what a person calls it"),
    Column("scopes", Text, comment="JSON list of duties; none: all that the account may do"),
    Column("address", Text, nullable=False, server_default="", comment="where it was used last"),
    Column("used", Text, nullable=False, server_default="", comment="when it was used last"),
    Column("idle", Integer, comment="seconds without use after which it ends"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", Text, primary_key=True),
    Column("secret", Text, nullable=False, comment="Base32 (RFC 4648), of one-time codes (RFC 6238)"),
    Column("confirmed", Boolean, nullable=False, comment="whether a code of it was given once"),
    Column("step", Integer, nullable=False, comment="the step of the last code: none is taken twice"),
)

security_keys = Table(
    "security_keys",
    metadata,
    Column("id", Text, primary_key=True, comment="base64url, as the key calls itself (WebAuthn credential ID)"),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False, comment="what its owner calls it"),
    Column("host", Text, nullable=False, comment="the name of the archive that it answers for (relying party ID)"),
    Column("public_key", Text, nullable=False, comment="base64url of a COSE key (RFC 9053)"),
    Column("added", Text, nullable=False),
    Column("sign_count", Big, nullable=False, comment="as the key said last: a copy of it would fall behind"),
    Column("used", Text, nullable=False, comment="when somebody logged in by it last; empty for never"),
    Index("security_keys_by_account", "account"),
)

spent_proofs = Table(
    "spent_proofs",
    metadata,
    Column("proof", Text, primary_key=True, comment="SHA-256 of a proof that the password was given again"),
    Column("attempt", Text, nullable=False, comment="which attempt at the deed used it"),
    Column("until", Text, nullable=False, comment="when it would have ended; the row goes after that"),
)

known_addresses = Table(
    "known_addresses",
    metadata,
    Column("account", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("used", Text, nullable=False, comment="when the account logged in from there last"),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
)

login_tries = Table(
    "login_tries",
    metadata,
    Column("key", Text, primary_key=True, comment="an address, an account, or unknown accounts together"),
    Column("since", Text, nullable=False, comment="when counting began"),
    Column("count", Integer, nullable=False),
    Column("closed_until", Text),
    Column("closings", Integer, nullable=False, comment="how often it was closed: each time for longer"),
)

preferences = Table(
    "preferences", metadata, Column("account", Text, primary_key=True), Column("language", Text, nullable=False)
)
