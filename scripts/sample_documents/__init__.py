"""The text of the sample PDFs, what is measured in it, and how each of them is set."""
