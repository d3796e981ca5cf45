"""Our own signatures: each looks into the file, or it would be every file's format."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from preserve.ingest.identifiers.extensions import OwnFormat, answers


def test_a_signature_that_looks_into_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="either head or member is needed"):
        OwnFormat(name="Access list", mime="text/x-acl", extensions=("acl",), both=True)
    assert OwnFormat(name="Access list", mime="text/x-acl", extensions=("acl",), head="41434c").head == "41434c"


def test_what_no_signature_fits_has_no_answer() -> None:
    assert answers(b"plain text", "a.txt", None) == ()
