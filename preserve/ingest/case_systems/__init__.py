"""Exports of case-handling systems: read by a mapping that is data, turned into the description of a case."""
