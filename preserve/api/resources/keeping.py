"""Media, copies, audits and repairs, the formats that age, and the ledger."""

from preserve.api.offers import get, post

PDF = "application/pdf"
_AT_HAND = frozenset({"media"})
"""Discs and drives that somebody puts in, named by a place of the host."""

KEEPING = (
    get("/media", "media.list"),
    get("/media/labels", "media.label_paper", gives="paper", kind=PDF),
    get("/media/places", "media.places"),
    post("/media/check-ins", "media.check_in", patterns={"seen": "^preserve:"}, once=True),
    get("/media/{medium}", "media.show"),
    post("/media/{medium}/place", "media.move", once=True),
    post("/media/{medium}/replacement", "media.replace", once=True),
    post("/media/{medium}/retirement", "media.retire", once=True),
    get("/copies", "copies.list", fixed={"case": ""}),
    post("/replications", "copies.replicate"),
    get("/house", "house.overview"),
    post("/house/anchors", "house.anchor", once=True),
    get("/burners", "disc.burners"),
    get("/discs", "disc.list"),
    post("/discs", "disc.compose"),
    post("/discs/{label}/burns", "disc.burn", left=frozenset({"device", "second"})),
    get("/audits", "audit.list"),
    post("/audits", "audit.run", left=_AT_HAND),
    post("/drills", "audit.drill", left=_AT_HAND),
    get("/audits/plan", "audit.plan"),
    get("/audits/report", "audit.report", fixed={"replace": False}, into="target", gives="folder", name="audit-report"),
    get("/audits/history/{subject}", "audit.history", left=frozenset({"premis"})),
    get("/repairs", "repair.list"),
    post("/repairs", "repair.run", left=_AT_HAND),
    post("/repairs/{case}/release", "repair.release", once=True),
    get("/plans/risks", "planning.risks"),
    post("/plans", "planning.run", left=frozenset({"ended", "jobs"})),
    post("/identifications", "planning.identify"),
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
    get("/ledger/overview", "ledger.overview"),
    get("/ledger/entries", "ledger.entries"),
    get("/ledger/people/{account}", "ledger.by_person"),
    post("/ledger/verifications", "ledger.verify"),
    post("/ledger/checkpoint", "ledger.checkpoint", once=True),
    post("/ledger/proofs", "ledger.prove", left=frozenset({"earlier"}), into="target", gives="folder", name="proof"),
    get("/health", "health.alive", open=True),
    get("/version", "health.version"),
    get("/system", "system.show"),
    get("/system/cluster", "cluster.status"),
    post("/system/backups", "catalogue.back_up"),
    get("/profiles", "profiles.list"),
    get("/profiles/{name}", "profiles.show"),
    get("/profile-checks", "profiles.check"),
)
