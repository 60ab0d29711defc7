"""A paper is made whatever one person wrote: long prose, long words, two scripts by turns."""

import io
from datetime import UTC, datetime

import pytest
from sample_paper import sample_paper

from stocktake_app.documents.typst_paper import write_typst_paper

NOW = datetime(2021, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "text",
    ["اتفاق البلدان المضيفة " * 400, "é" * 33_000, "pledge تعهد " * 1_500, "https://x/" * 2_000],
    ids=["arabic prose", "one word", "two scripts", "address"],
)
def test_paper_with_an_endless_text_is_made(language: str, text: str) -> None:
    out = io.BytesIO()
    write_typst_paper(sample_paper(language, said=text), out, NOW)
    assert out.getvalue().startswith(b"%PDF-")
