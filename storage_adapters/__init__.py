"""One module a kind of medium, behind one contract. Knows bytes, names and digests; knows no case."""
