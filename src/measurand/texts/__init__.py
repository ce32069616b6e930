"""What a text is made of: words, rows of words, hashes and vectors of them; knows no files."""
