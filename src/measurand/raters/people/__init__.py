"""People who rate: who is shown what, in which order, and what they said."""
