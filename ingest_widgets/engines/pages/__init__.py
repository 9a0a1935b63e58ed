"""One open page: its text as a reader would type it, where words stand on it, its notes and fields, its picture."""
