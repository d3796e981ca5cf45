"""An OpenID Connect provider of its own process: Authlib's server side over HTTP, signing with a key of its own.

What it does wrong is told it at `/wrong`: the tests say so, as somebody would who has taken the provider over.
"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CLIENT, SECRET = "preserve", "a secret/with: signs"


@dataclass
class Provider:
    """A running provider; `issuer` is its name."""

    issuer: str
    process: subprocess.Popen[str] = field(repr=False)

    def wrong(self, **how: Any) -> None:
        """From now on it does this wrong, and nothing else."""
        httpx.post(f"{self.issuer}/wrong", json=how, trust_env=False, verify=False).raise_for_status()

    def log_in(self, address: str, user: str) -> str:
        """Log in there as this user, as a browser would that was sent to this address; where it is sent back to."""
        answer = httpx.post(address, data={"user": user}, trust_env=False, verify=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(30)


@contextmanager
def provided(port: int = 0, tls: tuple[Path, Path] | None = None) -> Iterator[Provider]:
    """A provider at this port of loopback, or at any; by TLS with this certificate and key."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__)), str(port), *map(str, tls or ())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r"https?://\S+", process.stdout.readline())
    assert found, "the provider did not start"
    running = Provider(found[0], process)
    try:
        yield running
    finally:
        running.stop()


def own_authority(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but its own authority vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sso.bureau.example")])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "sso.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "sso.key").write_bytes(private)
    return folder / "sso.pem", folder / "sso.key"


def serve(port: int, *tls: str) -> None:
    """Be the provider, until somebody ends the process."""
    from authlib.integrations.flask_oauth2 import AuthorizationServer
    from authlib.oauth2.rfc6749 import grants
    from authlib.oauth2.rfc7636 import CodeChallenge
    from authlib.oidc.core import UserInfo
    from authlib.oidc.core.grants import OpenIDCode
    from flask import Flask, Response, jsonify, redirect, request
    from joserfc import jwt
    from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
    from werkzeug.serving import make_server

    app = Flask("provider")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    other = ECKey.generate_key("P-256", {"kid": "2", "use": "sig", "alg": "ES256"})
    stranger = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    wrong: dict[str, Any] = {}
    codes: dict[str, Any] = {}

    class Client:
        client_id = CLIENT

        def get_client_id(self) -> str:
            return CLIENT

        def get_default_redirect_uri(self) -> None:
            return None

        def get_allowed_scope(self, scope: str) -> str:
            return scope

        def check_redirect_uri(self, address: str) -> bool:
            return re.fullmatch(r"http://(127\.0\.0\.1|localhost):\d+/login/provider", address) is not None

        def check_client_secret(self, given: str) -> bool:
            from urllib.parse import unquote_plus

            return SECRET in (given, unquote_plus(given))

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == wrong.get("method", "client_secret_basic")

        def check_response_type(self, kind: str) -> bool:
            return kind == "code"

        def check_grant_type(self, kind: str) -> bool:
            return kind == "authorization_code"

    @dataclass
    class Code:
        code: str
        user: str
        redirect_uri: str
        scope: str
        nonce: str
        code_challenge: str
        code_challenge_method: str

        def get_redirect_uri(self) -> str:
            return self.redirect_uri

        def get_scope(self) -> str:
            return self.scope

        def get_nonce(self) -> str:
            return self.nonce

        def get_auth_time(self) -> int:
            return int(time.time())

        def get_acr(self) -> None:
            return None

        def get_amr(self) -> None:
            return None

    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS: ClassVar[list[str]] = ["client_secret_basic", "client_secret_post"]

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            names = ("redirect_uri", "scope", "nonce", "code_challenge", "code_challenge_method")
            codes[code] = Code(code, asked.user, *(data[name] for name in names))

        def query_authorization_code(self, code: str, client: Any) -> Any:
            return codes.get(code)

        def delete_authorization_code(self, code: Any) -> None:
            codes.pop(code.code, None)

        def authenticate_user(self, code: Any) -> Any:
            return code.user

    class Identity(OpenIDCode):
        def exists_nonce(self, nonce: str, asked: Any) -> bool:
            return any(code.nonce == nonce for code in codes.values())

        def generate_user_info(self, user: str, scope: str) -> Any:
            return UserInfo(sub=f"id-of-{user}", preferred_username=user)

        def encode_id_token(self, token: Any, asked: Any) -> str:
            moment = int(time.time())
            claims = {
                "iss": issuer,
                "aud": [CLIENT],
                "iat": moment,
                "exp": moment + 300,
                **self.get_authorization_code_claims(asked.authorization_code),
                **self.generate_user_info(asked.user, ""),
                **wrong.get("claims", {}),
            }
            claims["exp"] += wrong.get("later", 0)
            claims["iat"] += wrong.get("later", 0)
            claims = {name: value for name, value in claims.items() if name not in wrong.get("without", ())}
            alg = wrong.get("alg", "RS256")
            signers = {"RS256": key, "ES256": other, "HS256": OctKey.import_key(SECRET), "none": OctKey.generate_key()}
            signer = stranger if wrong.get("stranger") else signers[alg]
            kid = "2" if alg == "ES256" else "1"
            return jwt.encode({"alg": alg, "kid": kid}, claims, signer, algorithms=[alg])

    server = AuthorizationServer(app, lambda name: Client() if name == CLIENT else None, lambda token, asked: None)
    server.register_grant(Grant, [CodeChallenge(required=True), Identity(require_nonce=True)])

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Any:
        if "redirect" in wrong:
            return redirect(wrong["redirect"])
        if "status" in wrong:
            return Response("no", wrong["status"])
        known = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "token_endpoint_auth_methods_supported": [wrong.get("method", "client_secret_basic")],
        }
        return jsonify({**known, **wrong.get("discovery", {})})

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(KeySet([key, other]).as_dict(private=False))

    @app.post("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=request.form["user"])
        return server.create_authorization_response(grant_user=request.form["user"], grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.post("/wrong")
    def set_wrong() -> Any:
        wrong.clear()
        wrong.update(json.loads(request.data))
        return jsonify({})

    secure = (tls[0], tls[1]) if tls else None
    running = make_server("127.0.0.1", port, app, threaded=True, ssl_context=secure)
    issuer = f"{'https' if tls else 'http'}://127.0.0.1:{running.server_port}"
    print(issuer, flush=True)
    running.serve_forever()


if __name__ == "__main__":
    import os

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # this loopback has no TLS
    serve(int(sys.argv[1]), *sys.argv[2:])
