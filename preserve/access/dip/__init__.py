"""What was approved, put together as a package that a court can check without us: an E-ARK DIP in a bag."""
