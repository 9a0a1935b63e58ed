"""Measured beside their peers, in the same run; they print ratios."""
