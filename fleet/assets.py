"""Copies the few third-party files that pages use from node_modules to static/vendor.

They are never committed and never fetched by a page: no request leaves the machine for an asset.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
# What only a test asks for is no static file: nobody is ever sent it.
FOR_TESTS = {ROOT / "tests" / "browser" / "vendor" / "axe.min.js": "axe-core/axe.min.js"}

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    "LICENSE.uplot": "uplot/LICENSE",
}

# References to files that are not copied: a fingerprinting storage would look for each of them.
SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=\S+( \*/)?")
OLD_FONTS = re.compile(r',url\("\./fonts/tabler-icons\.(woff|ttf)\?[^"]*"\) format\("\w+"\)')


def main() -> None:
    """Copy every file, without the references to what is left behind."""
    for name, source in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in {".css", ".js"}:
            text = (PACKAGES / source).read_text(encoding="utf-8")
            target.write_text(OLD_FONTS.sub("", SOURCE_MAP.sub("", text)), encoding="utf-8")
        else:
            shutil.copyfile(PACKAGES / source, target)
    for target, source in FOR_TESTS.items():
        if (PACKAGES / source).exists():  # `npm ci --omit=dev` leaves it out
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGES / source, target)


if __name__ == "__main__":
    main()
