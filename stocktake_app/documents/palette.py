"""The colours of everything printed: calm blues, text at least 4.5 : 1 against its ground."""

INK = "1B2733"
MUTED = "4B5B6B"
BLUE = "005A9C"
NAVY = "0B3558"
TINT = "E8F1F8"
RULE = "B9CEDF"
BAR = "3F87BF"
WHITE = "FFFFFF"
AMBER = "7A4B00"
AMBER_TINT = "FFF3DA"

TAGS = {
    "progress": "005A9C",
    "challenge": "8A3B12",
    "opportunity": "0B6B5D",
    "good_practice": "2F6B1E",
    "support_needed": "7A4B00",
    "recommendation": "4A3F8F",
    "commitment": "0B3558",
}
"""Ink of a finding's kind on white; the words always stand beside it."""
