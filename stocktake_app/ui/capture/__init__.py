"""Filling a questionnaire: sections, pages built on demand, every answer on its way to disk."""
