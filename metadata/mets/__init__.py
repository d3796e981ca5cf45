"""METS 1.12 for E-ARK packages, written and read as streams."""

from __future__ import annotations

from metadata.mets.model import Division, Header, MetsFile, RepresentationReference
from metadata.mets.read import Identifiers, Identity, Reference, read_identity, read_references
from metadata.mets.write import CONTENT_TYPE, PROFILES, RepresentationMets, write_representation_mets, write_root_mets

__all__ = [
    "CONTENT_TYPE",
    "PROFILES",
    "Division",
    "Header",
    "Identifiers",
    "Identity",
    "MetsFile",
    "Reference",
    "RepresentationMets",
    "RepresentationReference",
    "read_identity",
    "read_references",
    "write_representation_mets",
    "write_root_mets",
]
