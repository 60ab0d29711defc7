"""The style sheet laid over Fusion: what the palette alone cannot say, made from the tokens.

Widgets choose their look with the dynamic property ``look``; nothing sets a style of its own.
"""

from pathlib import Path
from string import Template

from stocktake_app.settings import resource, state_folder
from stocktake_app.ui.theme import Tokens

_INDICATORS = {
    "box": '<rect x="1.5" y="1.5" width="13" height="13" rx="2.5" fill="{field}"'
    ' stroke="{frame}" stroke-width="1.5"/>',
    "box_on": '<rect x="1" y="1" width="14" height="14" rx="3" fill="{accent}"/>'
    '<path d="m4 8.2 2.8 2.8L12 5.4" fill="none" stroke="{on_accent}" stroke-width="2"'
    ' stroke-linecap="round" stroke-linejoin="round"/>',
    "dot": '<circle cx="8" cy="8" r="6.5" fill="{field}" stroke="{frame}" stroke-width="1.5"/>',
    "dot_on": '<circle cx="8" cy="8" r="6.5" fill="{field}" stroke="{accent}" stroke-width="2"/>'
    '<circle cx="8" cy="8" r="3.5" fill="{accent}"/>',
    "down": '<path d="m3.5 6 4.5 4.5L12.5 6" fill="none" stroke="{ink}" stroke-width="1.6"'
    ' stroke-linecap="round" stroke-linejoin="round"/>',
}


def style_sheet(tokens: Tokens, scale: float) -> str:
    """Return the sheet for these colours with sizes multiplied by ``scale``."""
    sizes = {f"s{size}": max(1, round(size * scale)) for size in range(2, 31)}
    fonts = {f"f{size}": f"{size * scale:.1f}" for size in (9, 13, 20)}
    colours = {name: getattr(tokens, name) for name in tokens.__dataclass_fields__}
    sheet = Template(resource("resources/style/window.qss").read_text("utf-8"))
    return sheet.substitute(**sizes, **fonts, **colours, **_indicator_files(tokens))


def _indicator_files(tokens: Tokens) -> dict[str, str]:
    """Write the check marks in these colours; a style sheet takes pictures from files only."""
    folder = state_folder() / "window" / tokens.name
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _indicator(folder, name, body, tokens) for name, body in _INDICATORS.items()}


def _indicator(folder: Path, name: str, body: str, tokens: Tokens) -> str:
    path = folder / f"{name}.svg"
    drawing = body.format(**{key: getattr(tokens, key) for key in tokens.__dataclass_fields__})
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{drawing}</svg>\n'
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return path.as_posix()
