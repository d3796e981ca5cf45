"""What descriptions of others say, in their own words: Dublin Core, MODS, EAD, DSpace's fields, EPDCX."""

from __future__ import annotations

from lxml import etree

LONGEST = 4000
"""Characters of one thing that is said."""

_SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.loc.gov/mods/v3": "mods",
    "http://www.dspace.org/xmlns/dspace/dim": "dim",
    "urn:isbn:1-931666-22-9": "ead",
    "http://ead3.archivists.org/schema/": "ead",
    "http://purl.org/eprint/epdcx/2006-11-16/": "epdcx",
}
_MOST = 10_000  # things that one description says
_OF_EAD = ("unittitle", "unitid", "unitdate", "titleproper", "recordid", "origination", "agencyname", "abstract")
_GROUPS = ("titleInfo", "name", "originInfo")


def said_in(root: etree._Element) -> list[tuple[str, str]]:
    """What a description says: `dc:title` and the text, in its order; words of another vocabulary are left alone.

    Of an EAD only what stands above its parts: their titles are not the whole's.
    """
    said: list[tuple[str, str]] = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if len(said) == _MOST:
            break
        if not isinstance(element.tag, str):
            continue
        tag = etree.QName(element)
        if tag.localname == "dsc":
            walk.skip_subtree()
            continue
        space = _SPACES.get(tag.namespace or "")
        if space is None and tag.namespace is None:
            space = {"ead": "ead", "dublin_core": "dc"}.get(str(root.tag))
        if space is None:
            continue
        name, text = _named(element, tag.localname, space)
        value = " ".join(text.split())[:LONGEST]
        if name and value:
            said.append((name, value))
            walk.skip_subtree()  # its text was taken whole
    return said


def _named(element: etree._Element, local: str, space: str) -> tuple[str, str]:
    """The name that a thing goes by, and its text; no name where it is none that says something by itself."""
    if space == "ead":
        return (f"ead:{local}", _text(element)) if local in _OF_EAD else ("", "")
    if space == "epdcx":
        return _statement(element, local)
    if len(element):
        return "", ""
    above = element.getparent()
    if local in ("field", "dcvalue"):  # of DIM, and of DSpace's simple archives
        schema = element.get("mdschema") or (above.get("schema") if above is not None else "")
        qualifier = element.get("qualifier") or ""
        parts = [element.get("element") or "", "" if qualifier == "none" else qualifier]
        return f"{schema or 'dc'}:{'.'.join(part for part in parts if part)}", element.text or ""
    group = etree.QName(above).localname if above is not None else ""
    return f"{space}:{group + '.' if group in _GROUPS else ''}{local}", element.text or ""


def _statement(element: etree._Element, local: str) -> tuple[str, str]:
    """A statement of EPDCX names its property by the address of a word of Dublin Core."""
    if local != "statement":
        return "", ""
    about = next((str(value) for name, value in element.items() if str(name).endswith("propertyURI")), "")
    base, _, word = about.rpartition("/")
    space = _SPACES.get(base + "/")
    return (f"{space}:{word}", _text(element)) if space and word else ("", "")


def _text(element: etree._Element) -> str:
    """All text in an element, comments left out."""
    return "".join(str(one) for one in element.itertext(etree.Element))
