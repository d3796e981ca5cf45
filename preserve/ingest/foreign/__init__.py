"""Packages that other systems made, recognised and read: what is in them, by which names, with which digests."""
