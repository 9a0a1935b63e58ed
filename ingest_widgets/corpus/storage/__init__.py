"""Storage: the file of a corpus, connections to it, its tables and their versions, what stands in their rows."""
