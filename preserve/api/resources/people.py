"""Who asks: sessions, tokens and second factors; and the accounts of the archive."""

from preserve.api.offers import Offer, get, post

PEOPLE = (
    post("/session", "session.open", open=True),
    Offer("DELETE", "/session", "session.close"),
    get("/me", "user.whoami"),
    get("/me/today", "workbench.show"),
    Offer("PATCH", "/me", "user.prefer"),
    post("/me/password", "user.password", open=True),
    post("/me/confirmations", "user.confirm"),
    get("/me/sessions", "session.list_own"),
    Offer("DELETE", "/me/sessions/{identifier}", "session.end"),
    get("/me/scopes", "token.scopes", fixed={"account": ""}),
    post("/me/tokens", "token.make", once=True, secret=True),
    get("/me/factor", "factor.show"),
    post("/me/factor", "factor.begin", once=True, secret=True),
    post("/me/factor/confirmation", "factor.confirm"),
    post("/me/factor/end", "factor.end"),
    get("/accounts", "user.list"),
    post("/accounts", "user.add", made="/accounts/{account}", secret=True),
    Offer("PATCH", "/accounts/{account}", "user.change"),
    post("/accounts/{account}/first-password", "user.reset", once=True, secret=True),
    Offer("DELETE", "/accounts/{account}/factor", "factor.end_of"),
    get("/accounts/{account}/scopes", "token.scopes"),
    post("/accounts/{account}/tokens", "token.give", once=True, secret=True),
    post("/programs", "user.add_program", made="/accounts/{account}"),
    get("/sessions", "session.list_all"),
    post("/delegations", "user.delegate", once=True),
    Offer("DELETE", "/delegations/{deputy}", "user.end-delegation"),
)
