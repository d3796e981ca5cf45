"""The words of PREMIS and of the Library of Congress for it: events, relationships, digest algorithms."""

from __future__ import annotations

VOCABULARY = "http://id.loc.gov/vocabulary/preservation/"
EVENT_CODES = {
    "ingestion start": "ins",
    "ingestion end": "ine",
    "accession": "acc",
    "virus check": "vir",
    "message digest calculation": "mes",
    "format identification": "for",
    "metadata extraction": "mee",
    "validation": "val",
    "normalization": "nor",
    "migration": "mig",
    "filename change": "fil",
    "unpacking": "unp",
    "packing": "pac",
    "information package creation": "ipc",
    "fixity check": "fix",
    "replication": "rep",
    "refreshment": "ref",
    "recovery": "rec",
    "dissemination": "dis",
    "redaction": "red",
    "policy assignment": "poa",
    "appraisal": "app",
    "deaccession": "dea",
    "deletion": "del",
    "creation": "cre",
    "metadata modification": "mem",
    "modification": "mod",
    "quarantine": "qua",
}
RELATION_CODES = {
    "has source": "hss",
    "is source of": "iso",
    "represents": "rep",
    "is included in": "isi",
    "supersedes": "sup",
}
ALGORITHM_LABELS = {"sha256": "SHA-256", "sha512": "SHA-512", "sm3": "SM3", "md5": "MD5", "sha1": "SHA-1"}
ALGORITHM_OF_LABEL = {label: name for name, label in ALGORITHM_LABELS.items()}
