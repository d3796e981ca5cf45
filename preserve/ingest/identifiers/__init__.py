"""The identifiers: each takes a file and says what it holds it to be, with its version and its grounds."""
