"""Builds the page that a browser opens: our scripts and those of others put inline, and no script but those allowed."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files

from preserve.access.verifier import program, reading
from preserve.archival_storage.guide import page as guide
from preserve.archival_storage.guide.verify import OF_DESKTOP, OF_SYSTEM

_VENDORED = "vendored/"


def build_page() -> str:
    """The text of `verify.html`. Raises ValueError where a script would not stay inside its element."""
    values = {
        "LICENCES": html.escape(_licences()),
        "HASH_WASM": "\n".join(
            [
                guide.template("hash-wasm-sha256.umd.min.js"),
                *(_text(f"hash-wasm-{one}.umd.min.js") for one in ("sha512", "sm3")),
            ]
        ),
        "NOBLE": _as_function(_text("noble-ed25519.js")),
        "FORM": _form(),
        "HASHING": guide.template("hashing.js"),
        "PICKING": guide.template("picking.js"),
        **{name: _own(f"{name.lower()}.js") for name in ("STRICT", "PROVING", "CHECKING", "SHOWING")},
    }
    for name, value in values.items():
        if name != "LICENCES" and re.search("</script|<!--", value, re.IGNORECASE):
            raise ValueError(f"{name} would end its element")
    template = _own("template.html")
    kept = {"STYLE": "@@STYLE@@", "SCRIPTS": "@@SCRIPTS@@"}
    made = guide.fill(template, {**{name: value.rstrip("\n") for name, value in values.items()}, **kept})
    allowed = {"@@STYLE@@": _digests(made, "style"), "@@SCRIPTS@@": _digests(made, "script")}
    for place, digests in allowed.items():
        made = made.replace(place, digests, 1)
    return made


def _own(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def _text(name: str) -> str:
    return _own(_VENDORED + name)


def _licences() -> str:
    packages = sorted({source["package"] for source in json.loads(_text("sources.json")).values()})
    texts = [guide.template("hash-wasm-LICENSE.txt"), _text("noble-ed25519-LICENSE.txt")]
    return "\n\n".join([", ".join(packages), *(text.strip() for text in texts)])


def _as_function(module: str) -> str:
    """A module's text as the body of a function that returns what the module exports."""
    body, exported, rest = module.rpartition("\nexport {")
    code = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    if not exported or re.search(r"^(?:import|export)\b", code, re.MULTILINE):
        raise ValueError("not a module with one list of exports at its end")
    return f"{body}\nreturn {{{rest}"


def _digests(page: str, element: str) -> str:
    """What the content policy allows: the digests of all elements of that name (CSP level 3, 2.3.1)."""
    texts = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
    hashed = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{one}'" for one in hashed)


def _form() -> str:
    """What both programs know: names, limits, forms, words; regular expressions that both languages read alike."""
    form = {
        "evidence": reading.EVIDENCE,
        "proof": reading.PROOF,
        "certificate": reading.CERTIFICATE,
        "payload": reading.PAYLOAD,
        "tags": reading.TAGS,
        "own": reading.OWN,
        "marks": reading.MARKS,
        "limit": reading.LIMIT,
        "words": program.WORDS,
        "control": reading.CONTROL.pattern,
        "desktop": OF_DESKTOP.pattern,
        "system": OF_SYSTEM.pattern,
        **{name: f"^(?:{getattr(reading, name.upper()).pattern})$" for name in ("dip", "note", "key", "code")},
    }
    return json.dumps(form, indent=1)
