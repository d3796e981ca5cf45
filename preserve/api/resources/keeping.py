"""Media, copies, audits and repairs, the formats that age, and the ledger."""

from preserve.api.offers import get, post

PDF = "application/pdf"

KEEPING = (
    get("/media", "media.list"),
    post("/media/labels", "media.label", into="target", gives="file", name="labels.pdf", kind=PDF),
    get("/media/{medium}", "media.show"),
    post("/media/{medium}/place", "media.move", once=True),
    post("/media/{medium}/replacement", "media.replace", once=True),
    post("/media/{medium}/retirement", "media.retire", once=True),
    get("/copies", "copies.list", fixed={"case": ""}),
    get("/audits/plan", "audit.plan"),
    get("/audits/report", "audit.report", fixed={"replace": False}, into="target", gives="folder", name="audit-report"),
    get("/audits/history/{subject}", "audit.history", left=frozenset({"premis"})),
    post("/repairs/{case}/release", "repair.release", once=True),
    get("/plans/risks", "planning.risks"),
    get("/plans/preview", "planning.preview", left=frozenset({"rules"})),
    post(
        "/plans/report", "planning.report", fixed={"replace": False}, into="target", gives="folder", name="risk-report"
    ),
    get(
        "/ledger/export",
        "ledger.export",
        fixed={"tiles": False},
        into="into",
        gives="file",
        name="ledger.ndjson",
        kind="application/x-ndjson",
    ),
    get("/profiles", "profiles.list"),
    get("/profiles/{name}", "profiles.show"),
    get("/profile-checks", "profiles.check"),
)
