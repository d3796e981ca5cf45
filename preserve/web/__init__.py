"""Pages for the people of the archive, over the operations of `preserve.services`."""
