"""A realistic case made from scratch with real encoders, and a walk through the archive with it."""
