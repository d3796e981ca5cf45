"""Cases, what is in them, and how long they are kept."""

from preserve.api.offers import get, post

CASES = (
    get("/cases", "case.list"),
    get("/search", "case.search", names={"words": "q", "case_type": "type"}),
    get("/cases/{case}", "case.show"),
    get("/cases/{case}/files", "case.contents"),
    get("/cases/{case}/copies", "copies.list"),
    get("/cases/{case}/history", "case.history", left=frozenset({"pdf", "html"})),
    get("/cases/{case}/retention", "retention.explain"),
    get("/retention", "retention.list"),
    get("/retention/changes", "retention.changes"),
    post("/retention/changes", "retention.put_in_force", once=True),
    get("/retention/due", "retention.due", fixed={"mail": False}),
)
