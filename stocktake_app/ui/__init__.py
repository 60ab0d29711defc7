"""The window (PySide6 Widgets): reads with store queries, changes with actions."""
