"""The window: PySide6 Widgets. Reads with store queries, changes with actions, holds plain values."""
