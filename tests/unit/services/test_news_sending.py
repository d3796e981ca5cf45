"""News as they are sent: what happened, once each while all is well, again after a break, and no content."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from preserve.administration.webhook import Receiver
from preserve.home import Home
from preserve.services import jobs, uploads
from preserve.services.news_sending import Messenger, telling
from preserve.services.uploads import Offered
from tests.support.bureau import Bureau
from tests.support.receiving import There, receiving

pytestmark = pytest.mark.xdist_group("operations")

SECRET = "a secret of sixteen"
NAME = "一份不应外传的名称"


@pytest.fixture
def there() -> Iterator[There]:
    """Who takes the news."""
    with receiving() as system:
        yield system


def _open(bureau: Bureau) -> str:
    depositor = bureau.session(bureau.askers["depositor"])
    opened = uploads.open_upload(depositor, NAME, [Offered(f"{NAME}.txt", 1, 0)])
    return opened.id


def test_a_deposit_is_told_of_by_its_number_alone(bureau: Bureau, there: There) -> None:
    messenger, receiver = Messenger(bureau.archive), Receiver(address=there.address, secret=SECRET)
    assert messenger.turn(receiver) and there.taken == [], "what was before is no news"
    deposit = _open(bureau)
    assert messenger.turn(receiver)
    uploads.give_up(bureau.session(bureau.askers["depositor"]), deposit)
    assert messenger.turn(receiver) and messenger.turn(receiver)
    assert [(one["event"], one["subject"]) for one in there.taken] == [
        ("deposit.opened", deposit),
        ("deposit.given-up", deposit),
    ]
    assert set(there.taken[0]) == {"id", "event", "subject", "time"}
    assert NAME not in json.dumps(there.taken, ensure_ascii=False)


def test_news_wait_for_a_receiver_that_is_away_and_for_a_new_worker(bureau: Bureau, there: There) -> None:
    receiver = Receiver(address=there.address, secret=SECRET)
    assert Messenger(bureau.archive).turn(receiver)
    deposit, there.status = _open(bureau), 500
    assert not Messenger(bureau.archive).turn(receiver) and not Messenger(bureau.archive).turn(receiver)
    there.status = 200
    assert Messenger(bureau.archive).turn(receiver) and Messenger(bureau.archive).turn(receiver)
    assert [one["subject"] for one in there.taken] == [deposit]
    uploads.give_up(bureau.session(bureau.askers["depositor"]), deposit)


def test_the_end_of_a_job_is_told(bureau: Bureau, there: There) -> None:
    messenger, receiver = Messenger(bureau.archive), Receiver(address=there.address, secret=SECRET)
    assert messenger.turn(receiver)
    archivist = bureau.session(bureau.askers["archivist"])
    asked = jobs.ask(archivist, "copies.replicate", {"case": bureau.objid})
    assert messenger.turn(receiver)
    told = [one for one in there.taken if one["subject"] == asked.id]
    assert told == [], "it has not ended"
    jobs.stop(archivist, asked.id)
    assert messenger.turn(receiver) and messenger.turn(receiver)
    (told,) = [one for one in there.taken if one["subject"] == asked.id]
    assert (told["event"], told["operation"]) == ("job.stopped", "copies.replicate")
    assert bureau.case not in json.dumps(there.taken, ensure_ascii=False)


def test_of_two_that_tell_at_once_each_piece_of_news_comes_from_one(bureau: Bureau, there: There) -> None:
    home = bureau.archive.home
    named = home.path / "news.toml"
    named.write_text(f'address = "{there.address}"\nsecret = "{SECRET}"\n', encoding="utf-8")
    named.chmod(0o600)
    web = home.settings.web.model_copy(update={"webhook": named.name})
    told = replace(bureau.archive, home=Home(home.path, home.settings.model_copy(update={"web": web})))
    assert Messenger(told).turn(Receiver(address=there.address, secret=SECRET))
    there.taken.clear()
    with telling(told), telling(told):
        deposits = [_open(bureau)]
        uploads.give_up(bureau.session(bureau.askers["depositor"]), deposits[0])
        deposits.append(_open(bureau))
        end = time.monotonic() + 60
        while len(there.taken) < 3 and time.monotonic() < end:
            time.sleep(0.05)
    assert [one["subject"] for one in there.taken] == [deposits[0], deposits[0], deposits[1]]
    uploads.give_up(bureau.session(bureau.askers["depositor"]), deposits[1])
