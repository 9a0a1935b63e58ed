"""Words, whatever corpus holds them: how the index writes them, what it takes up of a page, which tell its subject."""
