"""Holdings: how files and pages go into a corpus, how they are read from it, and what is wrong with them."""
