"""How the lines of a page end in the text that pdfium gives."""

LINE_BREAK = "\r\n"
CUT = "\ufffe"  # what pdfium puts in place of a hyphen at a line end, and of the line end itself
