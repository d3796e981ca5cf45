"""A security key in software: it makes real keys and real signatures (WebAuthn, ES256), and lies where a test asks."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url as text

_PRESENT, _ATTESTED = 0x01, 0x40


@dataclass
class SecurityKey:
    """One key; `count` is how often it has signed."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def create(self, options: str, origin: str) -> str:
        """Its answer to options of a registration."""
        asked = json.loads(options)
        numbers = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(asked["rp"]["id"], _PRESENT | _ATTESTED) + attested
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", asked["challenge"], origin)
        return self._answer(clientDataJSON=text(said), attestationObject=text(whole))

    def get(self, options: str, origin: str, host: str = "") -> str:
        """Its answer to options of a login."""
        asked = json.loads(options)
        self.count += 1
        data = self._data(host or asked["rpId"], _PRESENT)
        said = self._said("webauthn.get", asked["challenge"], origin)
        signed = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=text(said), authenticatorData=text(data), signature=text(signed))

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    @staticmethod
    def _said(kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _answer(self, **response: Any) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})


def challenge_of(options: str) -> bytes:
    """What these options ask to be signed."""
    return base64url_to_bytes(json.loads(options)["challenge"])
