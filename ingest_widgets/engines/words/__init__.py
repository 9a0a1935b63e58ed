"""Words as they were meant: pdfium parts and joins some in the wrong places, and mistakes some of their signs."""
