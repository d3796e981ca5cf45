"""What is wrong with a page for somebody who sees it large, in their own colours, in one language, or hears it read."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.pofile import read_po

import preserve.messages
from preserve.messages import LANGUAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_LARGE = """() => {
  const wide = document.documentElement.clientWidth, wrong = [];
  if (document.documentElement.scrollWidth > wide)
    wrong.push(`the page is ${document.documentElement.scrollWidth} wide, the window ${wide}`);
  const name = (one) => (one.outerHTML.slice(0, 140));
  const scrolls = (one) => {
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth) return true;
    return false;
  };
  for (const one of document.querySelectorAll("a, button, input, select, textarea, summary, label, h1, h2, h3, legend")) {
    if (!one.checkVisibility() || one.closest(".skip, .only-heard, .hidden, .file-input, svg")) continue;
    const box = one.getBoundingClientRect();
    if (!box.width || scrolls(one)) continue;
    if (box.left < -1 || box.right > wide + 1) wrong.push(`beside the window (${box.left} to ${box.right}): ${name(one)}`);
    if (one.matches("button, .button") && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      wrong.push(`words cut off: ${name(one)}`);
    for (let at = one.parentElement; at; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "hidden" && getComputedStyle(at).overflowX !== "clip") continue;
      const edge = at.getBoundingClientRect();
      if (box.right > edge.right + 1 || box.left < edge.left - 1) wrong.push(`cut off by ${at.className}: ${name(one)}`);
    }
  }
  return wrong;
}"""

_COLOURS = """() => {
  const wrong = [], name = (one) => one.outerHTML.slice(0, 140);
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/rgba\\(.*, 0\\)|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const one of document.querySelectorAll("button, .button, input, select, textarea, .badge, .note, .alert, .steps li")) {
    if (!one.checkVisibility() || one.closest(".hidden, .only-heard, .file-input") || one.type === "hidden") continue;
    if (one.matches("button.plain, input[type=checkbox], input[type=radio], input[type=range], input[type=file]")) continue;
    const style = getComputedStyle(one);
    const edges = ["Top", "Bottom", "Left", "Right"].filter((side) =>
      style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Color`] !== ground(one.parentElement));
    if (!edges.length && style.outlineStyle === "none") wrong.push(`no edge to be seen: ${name(one)}`);
  }
  for (const one of document.querySelectorAll("main *, header *")) {
    if (!one.checkVisibility() || one.closest("svg") || ![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (getComputedStyle(one).color === ground(one)) wrong.push(`words in the colour of their ground: ${name(one)}`);
  }
  const now = document.querySelectorAll("[aria-current], .steps .now, tr.chosen");
  for (const one of now) {
    if (!one.checkVisibility()) continue;
    const other = [...one.parentElement.parentElement.querySelectorAll(one.tagName)].find((at) => at !== one && !at.matches("[aria-current], .now, .chosen"));
    if (!other) continue;
    const look = (at) => { const s = getComputedStyle(at); return [s.outlineStyle, s.outlineWidth, s.borderBottomWidth, s.borderBottomColor, s.borderLeftWidth, s.backgroundColor, s.color, s.borderBottomStyle, s.textDecorationLine].join(); };
    if (look(one) === look(other)) wrong.push(`what is current looks like the others: ${name(one)}`);
  }
  return wrong;
}"""

_FOCUS = """() => {
  const wrong = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (!one.checkVisibility() || one.disabled || one.type === "hidden") continue;
    one.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== one) continue;
    const seen = one.matches(".file-input") ? one.closest(".drop").querySelector(".button") : one;
    const style = getComputedStyle(seen);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1) wrong.push(one.outerHTML.slice(0, 140));
  }
  return wrong;
}"""

_WORDS = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("script, style, noscript, [lang]:not(html), pre, textarea")) said.push(walk.currentNode.data);
  }
  for (const one of document.querySelectorAll("[title], [aria-label], [placeholder], [alt]"))
    for (const name of ["title", "aria-label", "placeholder", "alt"]) if (one.getAttribute(name)) said.push(one.getAttribute(name));
  return said.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""

_DEAD = """() => [...document.querySelectorAll("button, [data-do], [data-play]")].filter((one) => one.checkVisibility()
    && !one.disabled && one.matches("button") && (one.type === "button" || !(one.form))).map((one) => one.outerHTML.slice(0, 140))"""


@cache
def axe() -> str:
    """The script that knows WCAG."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [f"{one['id']}: {node['html'][:150]}" for one in found["violations"] for node in one["nodes"]]


def seen_large(page: Page, width: int = 640) -> list[str]:
    """What is cut off, or asks for scrolling sideways, in a window so narrow: 640 is one of 1280 at 200 %."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 512})
    wrong = list(page.evaluate(_LARGE))
    if before:
        page.set_viewport_size(before)
    return wrong


def seen_in_own_colours(page: Page) -> list[str]:
    """What cannot be seen where the reader's colours take the place of the page's."""
    page.emulate_media(forced_colors="active")
    wrong = list(page.evaluate(_COLOURS))
    page.emulate_media(forced_colors="none")
    return wrong


def unseen_focus(page: Page) -> list[str]:
    """What does not show that it has the focus."""
    return list(page.evaluate(_FOCUS))


def dead_buttons(page: Page) -> list[str]:
    """Buttons that do nothing where scripts do not run."""
    return list(page.evaluate(_DEAD))


def said(page: Page) -> list[str]:
    """Every text of the page, as shown or read aloud, but for what is marked as another language."""
    return list(page.evaluate(_WORDS))


@cache
def _sentences(language: str) -> re.Pattern[str]:
    """Each sentence of ours in that language as a pattern, but for those that a name could be."""
    letters = "[\u4e00-\u9fff]" if language == "zh" else r"[A-Za-z]{2,}"
    patterns = set()
    for file in (Path(preserve.messages.__file__).parent / "locale" / language / "LC_MESSAGES").glob("*.po"):
        with file.open("rb") as read:
            texts = [str(entry.string).strip() for entry in read_po(read) if entry.id]
        for text in texts:
            if len(re.findall(letters, re.sub(r"\{[^}]*\}", "", text))) >= 2:
                patterns.add(re.sub(r"\\\{[^}]*\\\}", ".*", re.escape(text)))
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)))


def in_another_language(page: Page, language: str) -> list[str]:
    """Sentences of ours on the page that are not in this language."""
    (other,) = set(LANGUAGES) - {language}
    wrong, own = _sentences(other), _sentences(language)
    return [text for text in said(page) if wrong.fullmatch(text) and not own.fullmatch(text)]
