"""Queries: what a person typed, as terms that belong together, and in the language of SQLite's FTS5."""
