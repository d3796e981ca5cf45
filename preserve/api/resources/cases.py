"""Cases, what is in them, and how long they are kept."""

from preserve.api.offers import get, post

CASES = (
    get("/cases", "case.list"),
    get("/search", "case.search", names={"words": "q", "case_type": "type"}),
    get("/cases/{case}", "case.show"),
    get("/cases/{case}/files", "case.contents"),
    get("/cases/{case}/reading", "reading.open", fixed={"file": ""}),
    get("/cases/{case}/files/{file}", "reading.bytes", gives="copy"),
    get("/cases/{case}/files/{file}/reading", "reading.open"),
    get("/cases/{case}/files/{file}/pages/{page}", "reading.page", gives="picture"),
    get("/cases/{case}/files/{file}/strip", "reading.strip"),
    get("/cases/{case}/files/{file}/strip/{part}", "reading.strip_picture", gives="picture"),
    get("/cases/{case}/copies", "copies.list"),
    get("/cases/{case}/history", "case.history", left=frozenset({"pdf", "html"})),
    get("/cases/{case}/retention", "retention.explain"),
    get("/retention", "retention.list"),
    get("/retention/found", "retention.find"),
    get("/retention/changes", "retention.changes"),
    post("/retention/changes", "retention.put_in_force", once=True, match="seen"),
    get("/retention/due", "retention.due", fixed={"mail": False}),
)
