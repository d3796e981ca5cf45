"""`/metrics`: who is answered, with what, and what becomes of those who ask wrongly, slowly, or for nothing."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from preserve.errors import MediumProblem, PreserveError, UsageError
from preserve.services.standing import Standing
from preserve.serving import metrics as module
from preserve.serving.metrics import TYPE, Exporter, read_token
from preserve.settings import Monitor
from tests.support.sessions import founded

TOKEN = "a" * 40


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    founded(tmp_path).close()
    with closing(Standing(tmp_path / "home")) as opened:
        yield opened


def _token_file(standing: Standing, text: str = TOKEN, mode: int = 0o600) -> str:
    file = standing.home / "keys" / "metrics.token"
    file.write_text(text + "\n", encoding="utf-8")
    file.chmod(mode)
    return "keys/metrics.token"


def _ask(exporter: Exporter, path: str = "/metrics", token: str | None = None) -> tuple[int, bytes, str]:
    host, port = exporter.address.removeprefix("http://").split(":")
    asking = http.client.HTTPConnection(host, int(port), timeout=20)
    with closing(asking):
        asking.request("GET", path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
        answer = asking.getresponse()
        return answer.status, answer.read(), answer.headers.get("content-type", "")


def test_on_this_machine_anybody_is_answered(standing: Standing) -> None:
    with closing(Exporter(standing, Monitor(listen="127.0.0.1:0"))) as exporter:
        for _ in range(3):
            status, body, kind = _ask(exporter)
            assert (status, kind) == (200, TYPE)
            assert b"preserve_ledger_entries_total " in body and b"\npreserve_metrics_seconds 0." in body
        assert _ask(exporter, "/metrics?x=1")[0] == 200
        assert _ask(exporter, "/")[:2] == _ask(exporter, "/metrics/../keys")[:2] == (404, b"")


def test_with_a_token_only_who_shows_it(standing: Standing) -> None:
    settings = Monitor(listen="127.0.0.1:0", token_file=_token_file(standing))
    with closing(Exporter(standing, settings)) as exporter:
        assert _ask(exporter)[:2] == _ask(exporter, token=TOKEN[:-1])[:2] == _ask(exporter, token="")[:2] == (401, b"")
        assert _ask(exporter, token=TOKEN)[0] == 200


def test_who_says_nothing_or_nonsense_does_not_end_it(standing: Standing) -> None:
    with closing(Exporter(standing, Monitor(listen="127.0.0.1:0"))) as exporter:
        host, port = exporter.address.removeprefix("http://").split(":")
        for said in (b"", b"\x00\xff\r\n\r\n", b"GET /metrics HTTP/1.1\r\nContent-Length: x\r\n", b"A" * 70_000):
            with socket.create_connection((host, int(port)), timeout=20) as talk:
                talk.sendall(said)
                talk.shutdown(socket.SHUT_WR)
        assert _ask(exporter)[0] == 200


def test_who_sends_a_byte_now_and_then_does_not_keep_others_waiting(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.4)
    with closing(Exporter(standing, Monitor(listen="127.0.0.1:0"))) as exporter:
        host, port = exporter.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=0.05) as talk:
            for _ in range(2_000):  # until it is cut: more than a minute and a half at most
                try:
                    talk.send(b"G")
                    if talk.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
            else:
                raise AssertionError("the line was never cut")
        monkeypatch.undo()
        assert _ask(exporter)[0] == 200


def test_where_no_figures_can_be_made_the_monitor_is_told_no_reason(standing: Standing) -> None:
    profile = standing.home / "profiles" / "storage.toml"
    with closing(Exporter(standing, Monitor(listen="127.0.0.1:0"))) as exporter:
        profile.write_text("[[ordinary]]\nkind = 'nonsense'\n", encoding="utf-8")
        assert _ask(exporter)[:2] == (503, b"")
        profile.unlink()
        assert _ask(exporter)[0] == 200


def test_a_socket_of_the_file_system(standing: Standing, tmp_path: Path) -> None:
    path = tmp_path / "m.sock"
    with closing(Exporter(standing, Monitor(listen=f"unix:{path}"))), socket.socket(socket.AF_UNIX) as talk:
        talk.connect(str(path))
        talk.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        with talk.makefile("rb") as said:
            assert said.readline() == b"HTTP/1.0 200 OK\r\n"


@pytest.mark.parametrize("listen", ["0.0.0.0:9480", "192.0.2.7:9480", "[::]:9480", "localhost:9480"])
def test_an_address_that_others_reach_wants_a_token(listen: str, standing: Standing) -> None:
    """A name is no promise of where it leads."""
    with pytest.raises(UsageError, match=r"serve\.metrics-open"):
        read_token(standing.home, Monitor(listen=listen))
    assert read_token(standing.home, Monitor(listen=listen, token_file=_token_file(standing))) == TOKEN


@pytest.mark.parametrize("listen", ["127.0.0.1:9480", "127.8.0.1:9480", "[::1]:9480", "unix:/run/m.sock"])
def test_this_machines_own_addresses_want_none(listen: str, standing: Standing) -> None:
    assert read_token(standing.home, Monitor(listen=listen)) == ""


@pytest.mark.parametrize(
    ("text", "mode", "kind", "code"),
    [
        ("short", 0o600, UsageError, "serve.metrics-token-short"),
        (TOKEN, 0o644, UsageError, "serve.metrics-token-unsafe"),
        (None, 0, MediumProblem, "serve.metrics-token-unreadable"),
    ],
)
def test_tokens_that_are_none(
    text: str | None, mode: int, kind: type[PreserveError], code: str, standing: Standing
) -> None:
    name = _token_file(standing, text, mode) if text else "keys/nowhere"
    with pytest.raises(kind, match=code.replace(".", r"\.")):
        read_token(standing.home, Monitor(listen="127.0.0.1:0", token_file=name))
