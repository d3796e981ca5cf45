"""Write the schema of each operation's document, and `docs/json.md`, which says what each command prints.

`python -m tools.export_documents`; both follow from the operations and the commands alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preserve.services.documents import schemas
from preserve.services.operation import OPERATIONS
from tools.doors import SERVICES, commands

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "json.md"
FOLDER = ROOT / "docs" / "schemas" / "documents"

_HEAD = """# What `--json` prints

One document on standard output, always with `ok`. A failure is

```json
{"ok": false, "status": 3, "error": {"code": "sip.refused", "where": "…", "values": {}, "message": "…", "hint": "…"},
 "findings": [{"code": "…", "severity": "refuse", "where": "…", "values": {}, "message": "…", "hint": "…"}]}
```

Codes are `domain.name` and stay the same over languages; messages do not. Where a document has a `status`, it is the
exit status, and `ok` is whether it is 0. Each operation's name leads to the JSON Schema of its document.

This page is written by `make schemas` from the operations; a test holds it to them.

| command | operation | what it does | keys beside `ok` |
|---|---|---|---|"""


def files() -> dict[Path, str]:
    """Every file, with what is to stand in it."""
    described = schemas()
    written = {
        FOLDER / f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for name, schema in described.items()
    }
    return {**written, PAGE: _page(described)}


def write() -> None:
    """Write them, and remove the schema of what is no operation any more."""
    wanted = files()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in set(FOLDER.glob("*.json")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def _page(described: Mapping[str, Any]) -> str:
    rows = [
        f"| `{command.name}` | {_link(name)} | {_summary(name)} | {_keys(described[name])} |"
        for command in commands()
        for name in command.operations()
    ]
    rows += [f"| `{name}` | | runs what others ask for, until it is stopped | |" for name in sorted(_services())]
    return "\n".join([_HEAD, *rows]) + "\n"


def _services() -> list[str]:
    return [command.name for command in commands() if command.name in SERVICES]


def _link(name: str) -> str:
    return f"[`{name}`](schemas/documents/{name}.json)"


def _summary(name: str) -> str:
    """The first sentence of what the operation says of itself."""
    words = " ".join((OPERATIONS[name].run.__doc__ or "").split("\n\n")[0].split())
    sentence = re.match(r".*?(?<!Art)[.](?=\s|$)", words)
    return (sentence[0] if sentence else words).removesuffix(".").replace("|", "\\|")


def _keys(schema: Mapping[str, Any]) -> str:
    parts = []
    for name, field in schema["properties"].items():
        if name != "ok":
            inner = _inner(field, schema.get("$defs", {}))
            parts.append(f"`{name}`" + (f" ({', '.join(f'`{key}`' for key in inner)})" if inner else ""))
    return ", ".join(parts)


def _inner(field: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """The keys of the objects in a field, be they one, some or none."""
    for inner in (field, field.get("items", {}), *field.get("anyOf", ())):
        if reference := inner.get("$ref", ""):
            return list(known[reference.rpartition("/")[2]].get("properties", ()))
    return []


if __name__ == "__main__":
    write()
