"""What stops the disposal of a case: holds that people place, and what is under way anyway (open requests)."""
