"""Numbers that know nothing of language models: numpy and scipy in, `Estimate` out."""
