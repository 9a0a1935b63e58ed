"""Text in Hebrew, Arabic and Syriac: its signs in the order of reading, with the blanks between them."""
