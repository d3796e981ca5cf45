"""Requests for evidence: examined, approved, delivered as packages that anyone can check off-line."""
