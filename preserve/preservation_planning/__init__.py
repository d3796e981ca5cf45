"""What of the archive is growing old, and what is to be done: formats, media, tools; new versions of packages."""
