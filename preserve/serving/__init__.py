"""The service: a command that puts the doors for browsers and programs on one address."""
