"""Recordings that no case names yet: listed, proposed beside a deposit, claimed for it."""

from preserve.api.offers import get, post

POOL = (
    get("/pool", "pool.list"),
    get("/pool/overdue", "pool.overdue"),
    post("/pool/watches", "pool.watch"),
    post("/pool/verifications", "pool.verify"),
    post("/pool/gatherings", "pool.gather"),
    post("/pool/releases", "pool.release", once=True),
    get("/pool/{recording}", "pool.show"),
    get("/deposits/{deposit}/pool", "pool.propose"),
    post("/deposits/{deposit}/pool", "pool.claim", once=True),
)
