"""Chunks: how pages are cut into them, the vectors that an embedder gives them, and which lie nearest to a question."""
