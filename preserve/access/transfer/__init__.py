"""Transfer of cases to another archive (移交): prepared, approved, handed over; custody ends with the receipt."""
