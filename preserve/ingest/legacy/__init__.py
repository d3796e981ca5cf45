"""Old cases in bulk: a bureau's own list and the carriers it speaks of become cases with provenance."""
