"""Other tools that run a dataset through a model, each in an environment of its own."""
