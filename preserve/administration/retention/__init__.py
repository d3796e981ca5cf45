"""How long cases and recordings are kept, by which rule, and what people decided when a period had run out."""
