"""Which copies must exist; writing, auditing and repairing them; the inventory of media."""
