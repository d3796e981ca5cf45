"""The case description: one schema, read from TOML, JSON or a workbook, and every mistake said at once."""
