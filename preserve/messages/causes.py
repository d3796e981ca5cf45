"""What programs and libraries say of their failures, recognised: people read a sentence of their own language."""

from __future__ import annotations

import errno
import os
import re

_SYSTEM = {
    errno.ENOENT: "not-there",
    errno.EACCES: "no-right",
    errno.EPERM: "no-right",
    errno.ENOSPC: "no-space",
    errno.EDQUOT: "no-space",
    errno.EIO: "read-write",
    errno.EROFS: "read-only",
    errno.EEXIST: "is-there",
    errno.ENOTDIR: "no-folder",
    errno.EISDIR: "a-folder",
    errno.EBUSY: "busy",
    errno.EMFILE: "too-many-open",
    errno.ENAMETOOLONG: "name-long",
    errno.ECONNREFUSED: "no-answer",
    errno.ETIMEDOUT: "no-answer",
    errno.ENOTEMPTY: "not-empty",
    errno.ELOOP: "a-link",
    errno.EPIPE: "ended-early",
}
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"no PDF was made", "no-pdf"),
    (r"an access copy is smaller", "smaller"),
    (
        r"BadZipFile|not a zip file|Bad magic number for|BadZipfile|LargeZipFile|zlib\.error|Error -\d+ while decomp",
        "zip",
    ),
    (r"NoCredentialsError|PartialCredentialsError|ProfileNotFound", "no-keys"),
    (r"AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|^403$", "keys-denied"),
    (r"NoSuchBucket", "no-bucket"),
    (r"NoSuchKey|^404$|^NotFound$", "not-there"),
    (r"EndpointConnectionError|ConnectionClosedError|ConnectTimeoutError|ReadTimeoutError", "no-answer"),
    (r"password authentication failed|role \"[^\"]*\" does not exist", "password-wrong"),
    (r"database \"[^\"]*\" does not exist", "no-database"),
    (r"the database system is (?:starting up|shutting down|in recovery)", "starting"),
    (r"too many (?:clients|connections)|remaining connection slots", "too-many-connections"),
    (r"certificate verify failed|certificate has expired|self.signed certificate|root certificate file", "certificate"),
    (r"does not support SSL|SSL off|no encryption|SSLError|SSL error", "encryption"),
    (r"no pg_hba\.conf entry", "not-let-in"),
    (r"failed to resolve host|Name or service not known|could not translate host name", "no-such-host"),
    (r"permission denied for|must be owner of|: USAGE$", "no-right-there"),
    (r"invalid URI", "address"),
    (r"PasswordError|password|is encrypted|encrypted", "password"),
    (r"PdfError|PdfReadError|PDFSyntaxError|unable to find trailer|PdfStreamError", "pdf"),
    (r"UnidentifiedImageError|cannot identify image", "no-picture"),
    (r"DecompressionBomb", "picture-large"),
    (r"image file is truncated|unexpected end|premature|EOFError|EndOfFile|truncated|moov atom not found", "cut-off"),
    (r"UnicodeDecodeError|codec can't decode|^not [\w-]+: ", "letters"),
    (r"MemoryError|Cannot allocate memory|bad_alloc", "memory"),
    (r"TimeoutExpired|timed out|TimeoutError|time limit", "slow"),
    (r"no video and no sound stream|no sound stream|does not contain any stream", "no-stream"),
    (r"no encoding is known|unknown encoding", "letters"),
    (
        r"Invalid data found when processing input|Error while decoding|could not find codec|Decoder .* not found",
        "codec",
    ),
    (r"mode [A-Z;0-9]+$|not supported|unsupported|NotImplementedError", "not-supported"),
    (r"OleFileError|not an OLE2|NotOleFileError|InvalidFileException|PackageNotFoundError", "office"),
    (r"ParseError|XMLSyntaxError|ExpatError|not well-formed|XmlError", "xml"),
    (r"RecursionError|maximum recursion", "nested"),
    (r"exit status -?\d+|returned non-zero|exit code", "ended-early"),
    (r"^[A-Z]\w*(?:Error|Exception|Warning)\b", "content"),
)
_KNOWN = tuple((re.compile(pattern), code) for pattern, code in _PATTERNS)
_SYSTEM_WORDS = {os.strerror(number): code for number, code in _SYSTEM.items()}
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def cause_of(text: str) -> str:
    """The name of the cause that a text of a program tells of; empty where it is not known, or already in Chinese."""
    if not text or _CHINESE.search(text):
        return ""
    for words, code in _SYSTEM_WORDS.items():
        if words in text:
            return code
    return next((code for pattern, code in _KNOWN if pattern.search(text)), "")
