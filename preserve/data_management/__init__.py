"""The catalogue: tables, queries, search; and the ledger, which shares its transaction. Both rebuilt from media."""
