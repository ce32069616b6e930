"""How it reads: one document, rendered to terminal, Markdown, HTML and JSON."""
