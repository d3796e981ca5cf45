"""One request as a page's function gets it: who asks, in which session, with which form; and the ways to answer."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, ImmutableMultiDict, QueryParams, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from preserve.errors import NotPermitted, UsageError
from preserve.messages import Language
from preserve.services import names, people
from preserve.services.confirm import confirmed
from preserve.services.session import Session
from preserve.services.standing import Standing
from preserve.web.navigation import safe_address
from preserve.web.render import Pages
from preserve.web.routing import Page
from preserve.web.security import form_token


@dataclass
class Asked:
    """A request. `form` holds its text fields, `files` what was sent with them."""

    request: Request
    page: Page
    standing: Standing
    session: Session
    token: str
    pages: Pages
    form: ImmutableMultiDict[str, str] = field(default_factory=lambda: ImmutableMultiDict([]))
    files: ImmutableMultiDict[str, UploadFile] = field(default_factory=lambda: ImmutableMultiDict([]))

    @property
    def path(self) -> Mapping[str, Any]:
        """The parameters in the path."""
        return self.request.path_params

    @property
    def query(self) -> QueryParams:
        """The parameters after the path."""
        return self.request.query_params

    @property
    def language(self) -> Language:
        """The language of the answer."""
        return self.session.language

    @property
    def key(self) -> str:
        """The form's own key: the same where it was sent twice."""
        return self.form.get("key", "")[:64]

    @functools.cached_property
    def who(self) -> people.WhoActs:
        """Who asks. Raises NotPermitted for nobody."""
        return people.who_am_i(self.session)

    @functools.cached_property
    def persons(self) -> Mapping[str, str]:
        """Whose each account is; nobody's to who is nobody."""
        try:
            return names.names(self.session).persons
        except NotPermitted:
            return {}

    @property
    def origin(self) -> str:
        """The address of this archive as the browser has it: scheme, name and port."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc}"

    @property
    def stream(self) -> AsyncIterator[bytes]:
        """The body as it arrives, for pages that are `raw`."""
        return self.request.stream()

    def needed(self, name: str) -> str:
        """A text field of the form. Raises UsageError where it is missing or blank."""
        value = self.form.get(name, "").strip()
        if not value:
            raise UsageError("web.field-missing", name)
        return value

    def confirmed(self, *wanted: tuple[str, ...]) -> Session:
        """The session in which these deeds may be done, each an operation's name, what it is about, and `seen`.

        The password is the form's field `confirm`, as `parts.confirm()` asks for it. Raises NotPermitted.
        """
        password = self.form.get("confirm", "")
        return confirmed(self.session, password, *wanted) if password else self.session

    def show(self, template: str, code: int = 200, /, **values: Any) -> Response:
        """A page from this template with this HTTP status; `asked` and `who` are there beside the values."""
        return self.pages.answer(self, template, code, values)

    def see_other(self, address: str, note: str = "") -> Response:
        """Send the browser to another page of ours, which says the sentence of the code `note` (RFC 9110 §15.4.4)."""
        if note:
            address += ("&" if "?" in address else "?") + f"note={note}"
        return RedirectResponse(safe_address(address), status_code=303)

    def form_token(self) -> str:
        """The token that forms of this session carry."""
        return form_token(self.token) if self.token else ""


def fields_and_files(form: FormData) -> tuple[ImmutableMultiDict[str, str], ImmutableMultiDict[str, UploadFile]]:
    """What a form holds, its texts and its files apart; a file field that was left empty is none."""
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    return ImmutableMultiDict(texts), ImmutableMultiDict(files)
