"""The signing key on a PKCS#11 token: a smart card, a USB key, a hardware security module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from preserve.administration.signing import OpenSigner, SignerFacts
from preserve.administration.signing.files import check_use, facts_of, ordered, read_chain, read_secret
from preserve.errors import PreserveError, Refused, ToolMissing
from preserve.home import Home
from preserve.settings import Signing

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate


def _token(settings: Signing) -> Any:
    """The token of that label. Raises ToolMissing."""
    try:
        import pkcs11
    except ImportError as error:
        raise ToolMissing("signing.library-missing", "python-pkcs11") from error
    try:
        library = pkcs11.lib(settings.module)
    except (OSError, RuntimeError, pkcs11.PKCS11Error) as error:
        raise ToolMissing("signing.module-unusable", settings.module, reason=str(error)) from error
    seen = []
    try:
        for slot in library.get_slots(token_present=True):
            token = slot.get_token()
            label = token.label.strip()
            if label == settings.token:
                return token
            seen.append(label)
    except pkcs11.PKCS11Error as error:
        raise ToolMissing("signing.module-unusable", settings.module, reason=_reason(error)) from error
    raise ToolMissing("signing.token-missing", settings.token, seen=", ".join(filter(None, seen)) or "—")


def _reason(error: Exception) -> str:
    return " ".join(filter(None, [type(error).__name__, str(error)]))


def _certificate(session: Any, settings: Signing) -> Certificate | None:
    from asn1crypto.x509 import Certificate
    from pkcs11 import Attribute, ObjectClass

    wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: settings.certificate}
    for found in session.get_objects(wanted):
        return Certificate.load(found[Attribute.VALUE])
    return None


@contextmanager
def open_key(home: Home, settings: Signing) -> Iterator[OpenSigner]:
    """The key on the token, after logging in. Raises ToolMissing, Refused."""
    token = _token(settings)
    import pkcs11
    from pyhanko.sign.pkcs11 import PKCS11Signer

    pin = read_secret(home, settings)
    if not pin:
        raise Refused("signing.pin-missing", settings.token)
    try:
        session = token.open(user_pin=pin)
    except pkcs11.PKCS11Error as error:
        raise _login_failed(error, settings) from error
    try:
        certificate = _certificate(session, settings)
        if certificate is None:
            raise ToolMissing("signing.certificate-missing", settings.certificate, token=settings.token)
        check_use(certificate)
        label = settings.key or settings.certificate
        keys = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.LABEL: label}
        if not list(session.get_objects(keys)):
            raise ToolMissing("signing.key-missing", label, token=settings.token)
        chain = ordered(certificate, read_chain(home, settings))
        signer = PKCS11Signer(
            session,
            signing_cert=certificate,
            key_label=label,
            ca_chain=chain,
            other_certs_to_pull=(),
            embed_roots=False,
        )
        yield OpenSigner(facts_of(certificate), signer, certificate, chain)
    except pkcs11.PKCS11Error as error:
        raise ToolMissing("signing.token-failed", settings.token, reason=_reason(error)) from error
    finally:
        session.close()


def _login_failed(error: Exception, settings: Signing) -> PreserveError:
    import pkcs11

    if isinstance(error, pkcs11.PinLocked):
        return Refused("signing.pin-locked", settings.token)
    if isinstance(error, pkcs11.PinIncorrect | pkcs11.PinInvalid | pkcs11.PinLenRange):
        return Refused("signing.pin-wrong", settings.token)
    return ToolMissing("signing.token-failed", settings.token, reason=_reason(error))


def read_facts(home: Home, settings: Signing) -> SignerFacts:
    """What the certificate on the token says, as far as the token shows it without a PIN. Raises ToolMissing."""
    token = _token(settings)
    import pkcs11

    try:
        with token.open() as session:
            certificate = _certificate(session, settings)
    except pkcs11.PKCS11Error as error:
        raise ToolMissing("signing.token-failed", settings.token, reason=_reason(error)) from error
    if certificate is None:
        raise ToolMissing("signing.certificate-missing", settings.certificate, token=settings.token)
    return facts_of(certificate)
