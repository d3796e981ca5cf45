"""News to a system around the archive: to whom, how they are signed, and how they are sent."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from preserve.administration.webhook import Receiver, read_receiver, send, signature
from preserve.errors import Refused
from tests.support.receiving import receiving

SECRET = "a secret of sixteen"


def _file(folder: Path, text: str, mode: int = 0o640) -> Path:
    path = folder / "webhook.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_receiver_is_read_from_a_file_of_the_host(tmp_path: Path) -> None:
    known = read_receiver(_file(tmp_path, f'address = "https://platform.example/news"\nsecret = "{SECRET}"\n'))
    assert known == Receiver(address="https://platform.example/news", secret=SECRET)
    assert SECRET not in repr(known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "address = 1",
        'address = "file:///etc/passwd"\nsecret = "a secret of sixteen"',
        'address = "https://"\nsecret = "a secret of sixteen"',
        'address = "https://x"\nsecret = "short"',
        'address = "https://x"\nsecret = "a secret of sixteen"\nmore = 1',
    ],
)
def test_what_names_no_receiver_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"webhook\.file-wrong"):
        read_receiver(_file(tmp_path, text))


def test_a_secret_that_everybody_can_read_is_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"webhook\.file-open"):
        read_receiver(_file(tmp_path, f'address = "https://x"\nsecret = "{SECRET}"\n', 0o644))


def test_a_signature_is_the_hmac_of_time_and_body() -> None:
    wanted = hmac.new(SECRET.encode(), b"1790000000." + b"{}", hashlib.sha256).hexdigest()
    assert signature(SECRET, 1_790_000_000, b"{}") == f"t=1790000000,v1={wanted}"


def test_it_says_whether_the_receiver_took_it() -> None:
    with receiving() as there:
        receiver = Receiver(address=there.address, secret=SECRET)
        assert send(receiver, {"id": "1"}, 1)
        there.status = 503
        assert not send(receiver, {"id": "2"}, 1)
        there.status, there.location = 302, "http://127.0.0.1:9/"
        assert not send(receiver, {"id": "3"}, 1), "no other address is sent anything"
    assert [one["id"] for one in there.taken] == ["1"]
    assert not send(receiver, {"id": "4"}, 1), "nobody is there any more"
