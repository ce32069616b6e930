"""Looking through an evaluation set: what people decide, and what becomes of the set by it."""
