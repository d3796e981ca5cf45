"""What keeps an archive in order: its founding, its health; later people, retention, holds and disposal."""
