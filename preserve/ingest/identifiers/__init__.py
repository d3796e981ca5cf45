"""Format identifiers: PRONOM signatures of fido, siegfried, and our own signatures for what PRONOM lacks."""
