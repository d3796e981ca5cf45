"""Settings of a home: what is left out, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from preserve.settings import CatalogueAt, ObjectStore, Oidc, Settings, Signing

LEAST = {"archive_id": "x", "institution": "某局"}


def test_what_is_left_out_is_the_usual() -> None:
    settings = Settings(**LEAST)
    assert (settings.fonds, settings.store, settings.language, settings.web.hosts) == ("", "store", "zh", ())


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Settings, {}),
        (Settings, {**LEAST, "archive_id": ""}),
        (Settings, {**LEAST, "fond": "culture"}),
        (Settings, {**LEAST, "reserve": -1}),
        (Settings, {**LEAST, "web": {"listens": "x"}}),
        (Signing, {}),
        (Signing, {"file": "a.p12", "module": "b.so"}),
        (Signing, {"module": "b.so"}),
        (Oidc, {"issuer": "http://sso.test", "client_id": "x"}),
        (Oidc, {"issuer": "https://sso.test/?a=b", "client_id": "x"}),
        (ObjectStore, {"kind": "s3", "bucket": ""}),
    ],
)
def test_what_cannot_be_is_refused(model: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(**given)


@pytest.mark.parametrize(
    "url", ["postgresql://p:secret@db/archive", "postgresql://db/archive?password=x", "mysql://db/a", "postgresql://db"]
)
def test_the_catalogues_address_names_a_database_and_no_password(url: str) -> None:
    with pytest.raises(ValidationError):
        CatalogueAt(url=url)
    assert CatalogueAt(url="postgresql://preserve@db/archive").schema_name == ""
