"""The REST door for the systems around the archive, over the operations of `preserve.services`."""
