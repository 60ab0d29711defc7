"""Reads the text of a PDF with poppler's ``pdftotext``, as a reader's program would."""

import shutil
import subprocess

import pytest


def text_of(pdf: bytes) -> str:
    """Return the text of a PDF; skips the test where poppler is not installed."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(
        [program, "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()
