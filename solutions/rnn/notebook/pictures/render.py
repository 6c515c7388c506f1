"""Render every SVG in this folder as a PNG of the same name: notebooks show PNGs everywhere. Needs Chromium."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
COLOURS = 48  # flat drawings: more would only make the notebook longer


def main() -> None:
    """At twice the size, for sharp text on any screen."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=2)
        for drawing in sorted(FOLDER.glob("*.svg")):
            page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{drawing.read_text(encoding='utf-8')}")
            shot = page.locator("svg").screenshot()
            image = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            image.save(drawing.with_suffix(".png"), optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
