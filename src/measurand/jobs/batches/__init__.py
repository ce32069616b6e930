"""Judging through providers' batch interfaces: handed in, waited for, collected, each once."""
