"""What a file holds besides the text of its pages: their list, locks, damage, attachments, what wrote it."""
