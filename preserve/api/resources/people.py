"""Who asks, and the accounts of the archive."""

from preserve.api.offers import Offer, get, post

PEOPLE = (
    post("/session", "user.login", open=True),
    Offer("DELETE", "/session", "user.logout"),
    get("/me", "user.whoami"),
    post("/me/password", "user.password", open=True),
    get("/accounts", "user.list"),
    post("/accounts", "user.add", made="/accounts/{account}", secret=True),
    Offer("PATCH", "/accounts/{account}", "user.change"),
    post("/accounts/{account}/first-password", "user.reset", once=True, secret=True),
    post("/delegations", "user.delegate", once=True),
    Offer("DELETE", "/delegations/{deputy}", "user.end-delegation"),
)
