"""How the lines of a page belong together: columns, paragraphs, margins, initials, the order of drawing."""
