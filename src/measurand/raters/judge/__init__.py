"""Language models as raters: what they are shown, and how strictly they are heard."""
