"""The life of a run: from the wish to the delivered result."""
