"""Tests, and what they and the benchmarks share; a package of its own, since others install one of this name."""
