"""Scripts whose words no spaces part."""

from __future__ import annotations

import re

# Thai, Lao, Myanmar, Khmer; Han with its radicals, Kana, Bopomofo, Hangul, Yi; the further planes of Han.
SIGNS = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1780-\u17d3"
    "\u1100-\u11ff\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\uff66-\uffdc"
    "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
)
"""Their signs, as the inside of a regular expression's class."""
SIGN = re.compile(f"[{SIGNS}]")
