"""What a page is made of: pieces of text, shapes and pictures, the characters that these draw, and their lines."""
