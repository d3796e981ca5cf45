"""What a library says of a failure is told in words of ours; what a person wrote is left as it is."""

from __future__ import annotations

import errno
import io
import os
import zipfile

import pikepdf
import pytest
from PIL import Image, UnidentifiedImageError

from preserve.messages import say, speaking
from preserve.messages.causes import cause_of


def raised(cause: str) -> str:
    """What the library really says."""
    try:
        if cause == "zip":
            zipfile.ZipFile(io.BytesIO(b"no zip"))
        elif cause == "pdf":
            pikepdf.open(io.BytesIO(b"%PDF-1.7\nnothing"))
        elif cause == "no-picture":
            Image.open(io.BytesIO(b"no picture"))
        elif cause == "letters":
            b"\xff\xfe\xfa".decode("utf-8")
        else:
            os.listdir("/nonexistent/folder")
    except (OSError, ValueError, zipfile.BadZipFile, pikepdf.PdfError, UnidentifiedImageError) as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(cause)


@pytest.mark.parametrize("cause", ["zip", "pdf", "no-picture", "letters", "not-there"])
def test_what_libraries_say(cause: str) -> None:
    text = raised(cause)
    assert cause_of(text) == cause
    with speaking("zh"):
        told = say("normalise.failed", reason=text)
        assert say(f"cause.{cause}") in told and "Error" not in told and "BadZipFile" not in told
    with speaking("en"):
        assert text in say("normalise.failed", reason=text)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("no PDF was made", "no-pdf"),
        ('FATAL: password authentication failed for user "preserve"', "password-wrong"),
        ("fe_sendauth: no password supplied", "password"),
        ('FATAL: database "nodb" does not exist', "no-database"),
        ("FATAL: the database system is starting up", "starting"),
        ("SSL error: certificate verify failed", "certificate"),
        ("server does not support SSL, but SSL was required", "encryption"),
        ("failed to resolve host 'db': [Errno -2] Name or service not known", "no-such-host"),
        ("permission denied for database preserve", "no-right-there"),
        ("BadZipFile", "zip"),
        ("KeyError", "content"),
        ("an access copy is smaller than its source on purpose", "smaller"),
        (os.strerror(errno.ENOSPC), "no-space"),
        (f"[Errno 13] {os.strerror(errno.EACCES)}: '/a'", "no-right"),
        ("moov atom not found", "cut-off"),
        ("exit status 1", "ended-early"),
        ("TimeoutExpired: Command 'soffice' timed out", "slow"),
        ("mode I;16", "not-supported"),
        ("", ""),
        ("当事人拒绝", ""),
        ("waiting for the court", ""),
    ],
)
def test_causes(text: str, cause: str) -> None:
    assert cause_of(text) == cause


def test_a_persons_reason_stays() -> None:
    with speaking("zh"):
        assert say("rule.measure-not-recorded-reason", article="10", measure="询问", reason="设备故障").endswith(
            "设备故障"
        )
