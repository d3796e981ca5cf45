"""Signatures of encapsulations that state our rule: over the SHA-256 of the bytes of one element.

DA/T 48 leaves open over which bytes a signature goes. Others' are listed only: nobody can say here what they sign.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from preserve.ingest.foreign.eep_stream import Encapsulated, Readable
from preserve.ingest.sources import Source

Verdict = Literal["right", "wrong", "unknown"]
_BLOCK = 1 << 18
_LONGEST_TAG = 1 << 16


def check(found: Mapping[str, Encapsulated], source: Source, names: Mapping[str, str], rule: str) -> None:
    """Note the verdict on each encapsulation, by path, whose signature says that it was made by this rule."""
    signed = next(theirs for theirs, ours in names.items() if ours == "signed_object")
    plain = " ".join(rule.split())
    asked = {path for path, one in found.items() if any(sign.get("signature_rule") == plain for sign in one.signatures)}
    for entry, stream in source.stream(lambda entry: entry.path in asked) if asked else ():
        found[entry.path].verdict = verify(found[entry.path], stream, signed, rule)


def verify(found: Encapsulated, stream: Readable, signed: str, rule: str) -> Verdict:
    """Whether its first signature is that of the element `signed`, by the certificate in it.

    That the certificate is anybody's whom one knows is not asked.
    """
    one = next((one for one in found.signatures if one["place"] == "signature"), {})
    if one.get("signature_rule") != " ".join(rule.split()):
        return "unknown"
    digest = _digest(stream, signed)
    try:
        result = base64.b64decode(one.get("signature_result", ""), validate=True)
        certificate = x509.load_der_x509_certificate(base64.b64decode(one.get("certificate", ""), validate=True))
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(result, digest, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(result, digest, ec.ECDSA(hashes.SHA256()))
        else:
            return "unknown"
    except InvalidSignature:
        return "wrong"
    except (ValueError, binascii.Error, UnsupportedAlgorithm, x509.InvalidVersion):
        return "unknown"
    return "right"


def _digest(stream: Readable, name: str) -> bytes:
    """SHA-256 of the first element of that name, from its first tag to its last; of nothing where there is none."""
    running = hashlib.sha256()
    for piece in _element(stream, name):
        running.update(piece)
    return running.digest()


def _element(stream: Readable, name: str) -> Iterator[bytes]:
    opening = re.compile(rb"<(?:[^\s<>/:]{1,100}:)?" + re.escape(name).encode() + rb"[\s>]")
    closing = re.compile(rb"</(?:[^\s<>/:]{1,100}:)?" + re.escape(name).encode() + rb"\s*>")
    held, inside = b"", False
    while data := stream.read(_BLOCK):
        held += data
        if not inside:
            if (match := opening.search(held)) is None:
                held = held[-_LONGEST_TAG:]
                continue
            held, inside = held[match.start() :], True
        if match := closing.search(held):
            yield held[: match.end()]
            return
        yield held[:-_LONGEST_TAG]
        held = held[-_LONGEST_TAG:]
