"""Cases, what is in them, and how long they are kept."""

from preserve.api.offers import Offer, get, post

_OUTBOX = frozenset({"folder"})
"""Where a job puts files: it has a place of its own for them."""

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
    get("/cases/{case}/timeline", "reading.timeline"),
    get("/cases/{case}/use", "case.use"),
    post("/cases/{case}/files/{file}/preparation", "reading.prepare"),
    post("/cases/{case}/files/{file}/marks", "reading.mark", once=True),
    Offer("DELETE", "/cases/{case}/files/{file}/marks/{number}", "reading.unmark"),
    post("/cases/{case}/whole", "copies.hand_out", left=frozenset({"target"}), fixed={"media": []}),
    get("/me/chosen", "chosen.list"),
    post("/me/chosen", "chosen.add"),
    post("/me/chosen/found", "chosen.add_found"),
    post("/me/chosen/drop", "chosen.drop"),
    post("/me/chosen/list", "chosen.export", left=_OUTBOX),
    post("/me/chosen/replication", "chosen.replicate"),
    post("/me/chosen/verification", "chosen.verify"),
    get("/me/searches", "search.saved"),
    post("/me/searches", "search.save"),
    Offer("DELETE", "/me/searches/{name}", "search.forget"),
    get("/cases/{case}/copies", "copies.list"),
    get("/cases/{case}/history", "case.history", left=frozenset({"pdf", "html"})),
    post("/cases/{case}/history", "history.write", left=_OUTBOX),
    get("/cases/{case}/retention", "retention.explain"),
    get("/retention", "retention.list"),
    get("/retention/found", "retention.find"),
    get("/retention/changes", "retention.changes", tag="after_sha256"),
    post("/retention/changes", "retention.put_in_force", once=True, match="seen"),
    post("/retention/proposals", "retention.propose", match="seen"),
    get("/retention/due", "retention.due", fixed={"mail": False}),
)
