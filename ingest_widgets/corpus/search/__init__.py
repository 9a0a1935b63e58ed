"""Search: the index, which pages it finds, alone and with near chunks, and what of them is shown."""
