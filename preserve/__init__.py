"""A long-term archive for closed administrative-enforcement cases (OAIS, ISO 14721)."""

__version__ = "0.1.0"
