"""Where the door listens: what is read, bound, taken, and left by a server that was killed."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from preserve.errors import MediumProblem, UsageError
from preserve.serving.server import Address, bind, check_certificate, name_of, read_address


def test_addresses_are_read() -> None:
    assert read_address("127.0.0.1:8480") == Address("127.0.0.1", 8480)
    assert read_address("[::1]:8480") == Address("::1", 8480)
    assert read_address("unix:/run/web.sock") == Address(path="/run/web.sock")


@pytest.mark.parametrize("text", ["", "8480", "a:b", "host", "unix:", "a:70000", "user@host:1", "host:1/x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"serve\.address-unreadable"):
        read_address(text)


def test_an_address_that_is_taken_is_said() -> None:
    with bind(Address("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        assert name_of(first, tls=True) == f"https://127.0.0.1:{port}"
        with pytest.raises(MediumProblem, match=r"serve\.address-taken"):
            bind(Address("127.0.0.1", port))


def test_a_socket_that_a_killed_server_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    with bind(Address(path=str(path))) as first:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert name_of(first, tls=False) == f"unix:{path}"
        with pytest.raises(MediumProblem, match=r"serve\.address-taken"):
            bind(Address(path=str(path)))
    with bind(Address(path=str(path))) as again:
        assert again.family == socket.AF_UNIX


def test_a_file_under_the_sockets_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    path.write_text("somebody's")
    with pytest.raises(MediumProblem, match=r"serve\.address-taken"):
        bind(Address(path=str(path)))
    assert path.read_text() == "somebody's"


def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("no certificate")
    with pytest.raises(UsageError, match=r"serve\.certificate-unusable"):
        check_certificate(tmp_path / "a.pem", tmp_path / "a.pem")


def test_a_connection_sends_at_once() -> None:
    with bind(read_address("127.0.0.1:0")) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
