"""Proofs from the ledger: inclusion paths, the whole ledger verified, digests of packages, files for third parties."""
