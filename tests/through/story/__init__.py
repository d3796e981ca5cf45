"""Decades of a bureau, told in a minute."""
