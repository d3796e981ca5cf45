"""What of the archive is open to everybody: entries of cases that the head opened, and nothing else."""
