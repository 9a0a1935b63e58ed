"""Pages without text, read from their picture."""
