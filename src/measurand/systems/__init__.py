"""Systems under evaluation, ready to be asked: models, functions, endpoints, programs."""
