"""Colours and sizes of the window: one table of tokens, a light and a dark set of them."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

TEXT_SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
BASE_POINTS = 10.5


@dataclass(frozen=True)
class Tokens:
    """Named colours, ``#rrggbb``. ``…_soft`` is a background for text in the colour before it."""

    name: str
    window: str
    surface: str
    rail: str
    field: str
    ink: str
    muted: str
    line: str
    frame: str
    hover: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    practice: str


LIGHT = Tokens(
    name="light",
    window="#f3f5f8",
    surface="#ffffff",
    rail="#e8ecf2",
    field="#ffffff",
    ink="#17202b",
    muted="#4d5a69",
    line="#d6dde6",
    frame="#7d8a9a",
    hover="#e3e9f1",
    accent="#0a5796",
    on_accent="#ffffff",
    accent_soft="#dfecf8",
    good="#17623a",
    good_soft="#dff2e6",
    warn="#7a4700",
    warn_soft="#fdf0d5",
    bad="#a32018",
    bad_soft="#fce8e6",
    practice="#8a2be2",
)
DARK = Tokens(
    name="dark",
    window="#12161c",
    surface="#1a2029",
    rail="#0e1217",
    field="#10151b",
    ink="#e8edf3",
    muted="#a5b1bf",
    line="#2f3946",
    frame="#76859a",
    hover="#252e3a",
    accent="#74b8f2",
    on_accent="#06192b",
    accent_soft="#17324b",
    good="#7fd6a0",
    good_soft="#12301f",
    warn="#f2c46d",
    warn_soft="#352810",
    bad="#ff9d94",
    bad_soft="#3d1a18",
    practice="#c79bff",
)

TEXT_PAIRS = (
    ("ink", "window"),
    ("ink", "surface"),
    ("ink", "rail"),
    ("ink", "field"),
    ("ink", "hover"),
    ("ink", "accent_soft"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "rail"),
    ("muted", "hover"),
    ("muted", "field"),
    ("muted", "accent_soft"),
    ("accent", "window"),
    ("accent", "surface"),
    ("accent", "rail"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("good", "surface"),
    ("good", "window"),
    ("good", "good_soft"),
    ("warn", "surface"),
    ("warn", "window"),
    ("warn", "warn_soft"),
    ("bad", "surface"),
    ("bad", "window"),
    ("bad", "bad_soft"),
    ("ink", "good_soft"),
    ("ink", "warn_soft"),
    ("ink", "bad_soft"),
    ("window", "practice"),
)
"""Which token is written on which: each pair keeps a contrast of at least 4.5 (WCAG 1.4.3)."""

EDGE_PAIRS = (
    ("frame", "surface"),
    ("frame", "window"),
    ("frame", "field"),
    ("accent", "field"),
    ("practice", "window"),
)
"""Edges a person must see to find a field: at least 3.0 (WCAG 1.4.11)."""


def tokens_for(scheme: str) -> Tokens:
    """Return the tokens of ``light``, ``dark`` or what the system prefers."""
    if scheme == "system":
        hints = QGuiApplication.styleHints()
        return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if scheme == "dark" else LIGHT


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the formula's own numbers
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palette(tokens: Tokens) -> QPalette:
    """Return the palette for Fusion, with the shades it draws frames and check marks with."""
    made = QPalette()
    group = QPalette.ColorRole
    for role, colour in (
        (group.Window, tokens.window),
        (group.WindowText, tokens.ink),
        (group.Base, tokens.field),
        (group.AlternateBase, tokens.window),
        (group.Text, tokens.ink),
        (group.PlaceholderText, tokens.muted),
        (group.Button, tokens.surface),
        (group.ButtonText, tokens.ink),
        (group.BrightText, tokens.bad),
        (group.Highlight, tokens.accent),
        (group.HighlightedText, tokens.on_accent),
        (group.Link, tokens.accent),
        (group.LinkVisited, tokens.accent),
        (group.ToolTipBase, tokens.surface),
        (group.ToolTipText, tokens.ink),
        (group.Light, tokens.surface),
        (group.Midlight, tokens.hover),
        (group.Mid, tokens.line),
        (group.Dark, tokens.frame),
        (group.Shadow, tokens.frame),
        (group.Accent, tokens.accent),
    ):
        made.setColor(role, QColor(colour))
    for role in (group.WindowText, group.Text, group.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.muted))
    return made
