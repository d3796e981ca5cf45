"""Archival numbers (档号, DA/T 13-2022): the bureau's pattern as data, numbers held to it, and numbers given out."""
