"""What `try_bundle.sh` does inside: first accounts, a job, and a deposit taken in, through the door by TLS.

The door and the worker are two users there: each must read and write what the other made. The first password comes on
standard input; nothing but the standard library is imported.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import ssl
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ADDRESS = ("127.0.0.1", 8480)
PASSWORD = secrets.token_urlsafe(12)


class Person:
    """Somebody at the door, with a session of their own."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, address: str, form: list[tuple[str, str]] | None = None) -> tuple[int, str, str]:
        """Status, address to go on to, and text."""
        context = ssl.create_default_context(cafile="/etc/preserve/web.crt")
        talk = http.client.HTTPSConnection(*ADDRESS, context=context, timeout=60)
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            headers["content-type"], body = "application/x-www-form-urlencoded", urlencode(form)
        talk.request(method, address, body, headers)
        answer = talk.getresponse()
        for cookie in answer.headers.get_all("set-cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("location", ""), answer.read().decode("utf-8", "replace")

    def send(self, page: str, address: str, **form: str) -> tuple[int, str, str]:
        """Open a page and send its form to this address."""
        status, _, shown = self.ask("GET", page)
        assert status == 200, (page, status, shown[-800:])
        hidden = dict(re.findall(r'<input type="hidden" name="(csrf|key)" value="([^"]*)">', shown))
        return self.ask("POST", address, [*hidden.items(), *form.items()])

    def enter(self, password: str) -> None:
        """Log in."""
        status, _, text = self.ask("POST", "/login", [("account", self.account), ("password", password)])
        assert status in (200, 303), (self.account, status, text[-800:])

    def job(self, page: str, address: str, **form: str) -> str:
        """Ask for a job and wait for its end."""
        status, where, text = self.send(page, address, **form)
        assert status == 303, (address, status, text[-800:])
        for _ in range(600):
            state = json.loads(self.ask("GET", f"{where.partition('?')[0]}/state")[2])["state"]
            if state not in ("queued", "running", "stopping"):
                return str(state)
            time.sleep(0.2)
        raise AssertionError(f"{address}: still {state}")


def first_login(person: Person, first: str) -> None:
    """The first password is changed before anything."""
    form = {"account": person.account, "old": first, "new": PASSWORD, "again": PASSWORD}
    status, _, text = person.ask("POST", "/password", list(form.items()))
    assert status == 303, (status, text[-800:])
    person.enter(PASSWORD)


def main() -> None:
    """The trial."""
    security, archivist = Person("security"), Person("lin")
    for _ in range(150):
        try:
            security.ask("GET", "/login")
            break
        except OSError:
            time.sleep(0.2)
    first_login(security, sys.stdin.read().strip())
    made = {"account": "lin", "person": "林档案", "kind": "person", "role": "archivist", "confirm": PASSWORD}
    status, _, text = security.send("/accounts/new", "/accounts/new", **made)
    assert status == 200, (status, text[-800:])
    (first,) = re.findall(r"<code[^>]*>([A-Za-z0-9_-]{16,})</code>", text)
    first_login(archivist, first)
    assert archivist.job("/audits", "/audits/run") == "done"
    listed = archivist.ask("GET", "/deposits")[2]
    (deposit,) = set(re.findall(r"/deposits/(in-[0-9a-f]{24})", listed))
    page = f"/deposits/{deposit}"
    assert archivist.job(page, f"{page}/check") == "done"
    taken = archivist.job(page, f"{page}/take-in")
    assert taken == "done", (taken, archivist.ask("GET", page)[2][-2000:])
    assert archivist.ask("GET", f"{page}/papers/receipt")[0] == 200
    (case,) = set(re.findall(r"/cases/(aip-[0-9a-z]{26})", archivist.ask("GET", "/cases")[2]))
    status, first, _ = archivist.ask("GET", f"/cases/{case}/view")
    assert status == 303, status
    assert archivist.ask("GET", first)[0] == 200
    assert not Path("/srv/archive/keys/ledger.key").stat().st_mode & 0o077
    print("Accounts, an audit and a deposit through the door; its user has no key.")


if __name__ == "__main__":
    main()
