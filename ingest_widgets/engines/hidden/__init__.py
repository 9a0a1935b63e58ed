"""Text that a reader of the page can't see: what may be hidden, and a look at whether it is."""
