"""Copies from which something was taken out before they are given; originals are only read (regulation Art. 23)."""
