"""Data to bytes: fonts, right-to-left text, xlsx, PDF, Word. Layout only; knows no store."""
