"""Code that rates: each check states its dimension, scale and cost."""
