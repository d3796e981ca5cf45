"""Whether the configured signer may sign at a moment: none configured, not yet valid, expired, soon to expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.signing import TEST_MARK, check_signer, open_signer, read_facts
from preserve.administration.signing.authority import make_test_authority
from preserve.clock import now
from preserve.errors import PreserveError, Refused, ToolMissing
from preserve.home import Home
from preserve.settings import Settings

MOMENT = now()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home whose certificate holds for ten days."""
    folder = tmp_path_factory.mktemp("signing")
    signing = make_test_authority(folder / "keys", "局", MOMENT, days=10)
    yield Home(folder, Settings(archive_id="x", institution="局", signing=signing))


def test_nothing_configured_is_told_as_missing(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(archive_id="x", institution="局"))
    for ask in (lambda: check_signer(home, MOMENT), lambda: read_facts(home)):
        with pytest.raises(ToolMissing) as caught:
            ask()
        assert caught.value.code == "signing.none"


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(minutes=-6), "signing.not-yet-valid"),
        (timedelta(minutes=-4), ""),
        (timedelta(days=9, hours=23), ""),
        (timedelta(days=10, seconds=1), "signing.expired"),
    ],
)
def test_a_certificate_signs_within_its_days_and_is_readable_beyond(home: Home, after: timedelta, code: str) -> None:
    try:
        facts = check_signer(home, MOMENT + after)
    except Refused as error:
        assert error.code == code
    else:
        assert not code
        assert facts == read_facts(home)
    assert read_facts(home).subject.startswith(TEST_MARK)


def test_the_end_is_told_before_it_comes(home: Home) -> None:
    facts = read_facts(home)
    assert facts.expires_within(11, MOMENT)
    assert not facts.expires_within(9, MOMENT)
    assert facts.test


def test_the_open_key_is_that_of_its_certificate(home: Home) -> None:
    with open_signer(home, MOMENT) as opened:
        assert opened.facts.fingerprint == opened.certificate.sha256.hex()
        assert [above.subject for above in opened.chain] == [opened.certificate.issuer]
        with pytest.raises(PreserveError), open_signer(home, MOMENT + timedelta(days=30)):
            pass
