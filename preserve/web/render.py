"""Pages from templates: what every template may call, and the words of the reader's language."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from preserve import __version__
from preserve.errors import NotPermitted
from preserve.messages import bytes_for_people, day_for_people, hint, known, length_for_people, say, speaking
from preserve.services.pages import how_many
from preserve.services.text import one_line, visible
from preserve.services.viewing import time_code
from preserve.web.navigation import subjects_for

if TYPE_CHECKING:
    from preserve.services.standing import Standing
    from preserve.web.asked import Asked

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def static(name: str) -> str:
    """The address of a file of `static/`, with its digest: another file has another address, and is never stale."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]
    return f"/static/{digest}/{name}"


class Pages:
    """The templates, over one archive."""

    def __init__(self, standing: Standing, there: Collection[str]) -> None:
        self._standing = standing
        self._there = frozenset(there)
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=_shown,
        )
        self._environment.globals.update(
            t=say,
            hint=hint,
            static=static,
            known=known,
            institution=standing.institution,
            archive_id=standing.archive_id,
            version=__version__,
            provider=standing.provider,
        )
        self._environment.filters.update(
            size=bytes_for_people,
            length=length_for_people,
            clock=time_code,
            day=day_for_people,
            moment=self._moment,
            line=one_line,
            how_many=how_many,
            seen=visible,
            breaks=_breaks,
            person=_person,
            person_text=_person_text,
        )
        self._environment.tests.update(chinese=_is_chinese)

    def _moment(self, text: str) -> str:
        """A moment in UTC by the bureau's clock, as `2026-11-28 14:03`."""
        return self._standing.local(text)

    def text(self, template: str, values: Mapping[str, Any]) -> str:
        """A template, filled, in the language in use. For tests, and for what is no answer of its own."""
        return self._environment.get_template(template).render(values)

    def answer(self, asked: Asked, template: str, status: int, values: Mapping[str, Any]) -> Response:
        """A whole page in the reader's language; nobody is named on it where nobody is logged in."""
        with speaking(asked.language):
            who = _who(asked)
            note = asked.query.get("note", "")
            around = {
                "asked": asked,
                "who": who,
                "language": asked.language,
                "note": note if note.startswith("web.") and known(note) else "",
                "subjects": subjects_for(who.duties, self._there) if who else [],
                "here": asked.request.url.path,
                "now": self._standing.now,
                "csrf": lambda: _hidden(asked),
                "there": self._there,
                "may": lambda *duties: who is not None and any(duty in who.duties for duty in duties),
            }
            return HTMLResponse(self.text(template, {**around, **values}), status_code=status)


def _who(asked: Asked) -> Any:
    if not asked.token:
        return None
    try:
        return asked.who
    except NotPermitted:
        return None


@pass_context
def _person_text(context: Context, account: str) -> str:
    """`李局长（li）`: the person, and the account as the record has it; that alone where nobody is known."""
    asked: Asked | None = context.get("asked")
    name = asked.persons.get(account, "") if asked and account else ""
    return say("web.person", person=name, account=account) if name and name != account else account


@pass_context
def _person(context: Context, account: str) -> Markup:
    """The same, the account small beside the name."""
    asked: Asked | None = context.get("asked")
    name = asked.persons.get(account, "") if asked and account else ""
    if not name or name == account:
        return escape(visible(account))
    return Markup('{} <span class="soft">{}</span>').format(visible(name), visible(account))


def _hidden(asked: Asked) -> Markup:
    """The fields that every form needs: the token of the session, and a key that tells whether it came before."""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="key" value="{}">').format(
        asked.form_token(), secrets.token_urlsafe(16)
    )


def _is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character: it is marked as such on an English page, to be read aloud right."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _shown(value: Any) -> Any:
    """What a template prints: a text with all that cannot be seen made visible, and a missing value as nothing."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return ""
    return visible(value, keep="\n\t") if isinstance(value, str) else value


def _breaks(text: str) -> Markup:
    """A text of several lines, its ends of lines kept."""
    return Markup("<br>").join(escape(visible(line)) for line in text.splitlines())
