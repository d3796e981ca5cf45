"""The table of what the REST door offers, a module a subject."""
