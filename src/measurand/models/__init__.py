"""The only room that speaks to a provider of language models."""
