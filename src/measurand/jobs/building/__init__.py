"""The parts of the verb ``data build``: reading records, choosing among them, making examples."""
