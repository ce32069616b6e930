"""What results look like: matplotlib, drawn to SVG with text as text."""
