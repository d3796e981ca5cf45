"""A key is added where keys work, once, by who asked for it, and by what it signed there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from preserve.administration.adding_keys import add_key, begin_key, relying, remove_key
from preserve.administration.challenges import Challenge, Challenges
from preserve.data_management import security_keys
from preserve.data_management.database import Catalogue
from preserve.errors import Conflict, NotFound, Refused, UsageError
from tests.support.catalogues import new_catalogue
from tests.support.security_key import SecurityKey, challenge_of

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
ORIGIN = "https://archive.example:8443"
HERE = relying(ORIGIN, ("Archive.example",))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path / "catalogue.sqlite")
    yield made
    made.close()


def _begun(catalogue: Catalogue, account: str = "wang", name: str = "key", asker: str = "token") -> str:
    return begin_key(catalogue, account, name, HERE, institution="局", asker=asker, moment=MOMENT)


def _add(catalogue: Catalogue, answer: str, account: str = "wang", asker: str = "token", late: int = 0) -> bool:
    return add_key(catalogue, account, answer, asker=asker, moment=MOMENT + timedelta(seconds=late))[1]


@pytest.mark.parametrize(
    ("origin", "hosts", "works"),
    [
        ("https://archive.example", ("archive.example",), True),
        ("http://localhost:8480", (), True),
        ("http://archive.example", ("archive.example",), False),
        ("https://evil.example", ("archive.example",), False),
        ("https://10.0.0.7", ("10.0.0.7",), False),
        ("https://[::1]:8480", ("::1",), False),
        ("http://127.0.0.1:8480", ("127.0.0.1",), False),
        ("https://archive.example", (), False),
        ("", ("",), False),
        ("null", (), False),
    ],
)
def test_where_keys_work(origin: str, hosts: tuple[str, ...], works: bool) -> None:
    if works:
        assert relying(origin, hosts).origin == origin
        return
    with pytest.raises(Refused, match=r"people\.key-not-here"):
        relying(origin, hosts)


def test_a_key_is_added_and_the_browser_is_told_of_it(catalogue: Catalogue) -> None:
    key = SecurityKey()
    options = _begun(catalogue)
    assert json.loads(options)["rp"] == {"id": "archive.example", "name": "局"}
    assert _add(catalogue, key.create(options, ORIGIN)), "the first second factor"
    again = _begun(catalogue, name="spare")
    assert [one["type"] for one in json.loads(again)["excludeCredentials"]] == ["public-key"]
    assert not _add(catalogue, SecurityKey().create(again, ORIGIN))
    with catalogue.read() as connection:
        assert [row.name for row in security_keys.of(connection, "wang")] == ["key", "spare"]
        assert list(security_keys.compare(connection)) == []


def test_what_was_not_asked_is_not_added(catalogue: Catalogue) -> None:
    key = SecurityKey()
    for given in ({"asker": "another session"}, {"account": "li"}, {"late": 301}):
        with pytest.raises(Refused, match=r"people\.key-not-asked"):
            _add(catalogue, key.create(_begun(catalogue), ORIGIN), **given)  # type: ignore[arg-type]
    answer = key.create(_begun(catalogue), ORIGIN)
    _add(catalogue, answer)
    with pytest.raises(Refused, match=r"people\.key-not-asked"):
        _add(catalogue, answer)
    for broken in ("", "{}", "x" * 100_000):
        with pytest.raises(Refused, match=r"people\.key-not-asked"):
            _add(catalogue, broken)


def test_a_key_that_answers_elsewhere_is_not_added(catalogue: Catalogue) -> None:
    with pytest.raises(Refused, match=r"people\.key-wrong"):
        _add(catalogue, SecurityKey().create(_begun(catalogue), "https://evil.example"))
    options = json.loads(_begun(catalogue))
    options["rp"]["id"] = "evil.example"
    with pytest.raises(Refused, match=r"people\.key-wrong"):
        _add(catalogue, SecurityKey().create(json.dumps(options), ORIGIN))
    with catalogue.read() as connection:
        assert security_keys.of(connection, "wang") == ()


def test_a_key_is_one_persons(catalogue: Catalogue) -> None:
    key = SecurityKey()
    _add(catalogue, key.create(_begun(catalogue), ORIGIN))
    with pytest.raises(Conflict, match=r"people\.key-known"):
        _add(catalogue, key.create(_begun(catalogue, "li"), ORIGIN), "li")
    with pytest.raises(Conflict, match=r"people\.key-name-taken"):
        _begun(catalogue)
    for name in ("", "  ", "x" * 65, "a\nb"):
        with pytest.raises(UsageError, match=r"people\.key-name"):
            _begun(catalogue, name=name)
    with catalogue.read() as connection:
        (row,) = security_keys.of(connection, "wang")
    with pytest.raises(NotFound):
        remove_key(catalogue, "li", row.id, MOMENT)
    remove_key(catalogue, "wang", row.id, MOMENT)
    _add(catalogue, key.create(_begun(catalogue, "li"), ORIGIN), "li")


def test_there_are_ten_at_most(catalogue: Catalogue) -> None:
    late = _begun(catalogue, name="late")
    for number in range(10):
        _add(catalogue, SecurityKey().create(_begun(catalogue, name=str(number)), ORIGIN))
    with pytest.raises(Refused, match=r"people\.key-too-many"):
        _begun(catalogue, name="more")
    with pytest.raises(Refused, match=r"people\.key-too-many"):
        _add(catalogue, SecurityKey().create(late, ORIGIN))


def test_an_open_question_is_taken_once_and_the_oldest_goes() -> None:
    asked = Challenges()
    first = asked.ask(Challenge("wang", "token", HERE, MOMENT))
    others = [asked.ask(Challenge("wang", "token", HERE, MOMENT)) for _ in range(1000)]
    assert asked.take(first, "token", MOMENT, login=False) is None, "there are a thousand at most"
    assert asked.take(others[0], "token", MOMENT, login=True) is None, "it was not asked at a login"
    assert asked.take(others[0], "token", MOMENT, login=False) is None, "and is used by that"
    assert asked.take(others[1], "token", MOMENT, login=False) is not None
    assert challenge_of('{"challenge": "eA"}') == b"x"
