"""Words, whatever corpus holds them: how the index writes them, what of a page it takes up, which say what it is about."""
