"""An app starts with declared operations only."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.responses import Response

from preserve.services.standing import Standing
from preserve.web import app, routing
from preserve.web.asked import Asked
from tests.support.sessions import founded


def _shown(asked: Asked) -> Response:
    return asked.show("today.html")


def test_a_route_that_names_no_operation_of_ours_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    founded(tmp_path).close()
    standing = Standing(tmp_path / "home")
    monkeypatch.setattr(routing, "PAGES", routing.PAGES)
    strange = routing.Page("GET", "/strange", ("nothing.of-ours",), "", _shown, 0, False)
    routing.PAGES.append(strange)
    try:
        with pytest.raises(TypeError, match=r"GET /strange: there is no operation nothing\.of-ours"):
            app.make_app(standing)
    finally:
        routing.PAGES.remove(strange)
        standing.close()


def test_a_route_says_what_it_calls_or_why_it_calls_nothing() -> None:
    app.all_pages()
    with pytest.raises(TypeError, match="either operations, or why it needs none"):
        routing.page("GET", "/without")
    with pytest.raises(TypeError, match="declared twice"):
        routing.page("GET", "/login", open_to_all="twice")
