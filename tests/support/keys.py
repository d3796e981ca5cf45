"""Somebody who has a keyboard and nothing else: they go from one thing to the next, and press keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FAR = 250
"""So many steps to something on a page are too many for anybody."""


def tab_to(page: Page, wanted: str, *, back: bool = False) -> None:
    """Go on with Tab until what this selector means has the focus; what cannot be reached fails."""
    page.keyboard.press("Shift+Tab" if back else "Tab")
    for _ in range(FAR):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", wanted
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{page.url}: no way to {wanted} with Tab")


def press(page: Page, wanted: str, key: str = "Enter") -> None:
    """Go there and press a key, and wait until the page that follows is there."""
    tab_to(page, wanted)
    before = page.evaluate("performance.timeOrigin")
    page.keyboard.press(key)
    page.wait_for_function(
        "(before) => performance.timeOrigin !== before && document.readyState === 'complete'", arg=before
    )


def write(page: Page, name: str, text: str) -> None:
    """Go to the field of this name and write, in place of what stands there."""
    tab_to(page, f"[name='{name}']")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def choose(page: Page, name: str, value: str) -> None:
    """Go to a list of choices, and down until this one is chosen."""
    tab_to(page, f"select[name='{name}']")
    for _ in range(60):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name}: no choice {value}")


def mark(page: Page, name: str, value: str) -> None:
    """Go to a group of radio buttons, and on with arrows until this one is marked."""
    tab_to(page, f"input[type=radio][name='{name}']")
    page.keyboard.press("Space")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name}: no choice {value}")


def attach(page: Page, wanted: str, file: Path) -> None:
    """Go to a field for a file, open the dialog of the system with a key, and name the file there."""
    tab_to(page, wanted)
    with page.expect_file_chooser() as dialog:
        page.keyboard.press("Space")
    dialog.value.set_files(file)


def log_in(page: Page, account: str, password: str) -> None:
    """By keys alone, up to the first page."""
    page.goto("/login")
    write(page, "account", account)
    write(page, "password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address)
    if "/me/news" in page.url:
        press(page, "main .button, main button")
