"""Copies the few third-party files that pages use from node_modules to static/vendor.

They are never committed and never fetched by a page: no request leaves the machine for an asset.
"""

import logging
import re
import shutil
from collections.abc import Collection, Iterable
from io import BytesIO
from pathlib import Path

from fontTools import subset

from fleet import styles

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
ICONS = Path(__file__).with_name("icons.txt")
STYLES = Path(__file__).with_name("styles.txt")
# What only a test asks for is no static file: nobody is ever sent it.
BESIDE_TESTS = ROOT / "tests" / "browser" / "vendor"
FOR_TESTS = {
    "axe.min.js": "axe-core/axe.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
}

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler-icons.min.css": "@tabler/icons-webfont/dist/tabler-icons.min.css",
    "fonts/tabler-icons.woff2": "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2",
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    "LICENSE.uplot": "uplot/LICENSE",
}

# References to files that are not copied: a fingerprinting storage would look for each of them.
SOURCE_MAP = re.compile(r"(/\*|//)# sourceMappingURL=\S+( \*/)?")
OLD_FONTS = re.compile(r',url\("\./fonts/tabler-icons\.(woff|ttf)\?[^"]*"\) format\("\w+"\)')
# Pages ask for the font beforehand, under its plain name; a fingerprint tells versions apart.
VERSION = re.compile(r"(?<=\.woff2)\?v[0-9.]+")
ICON_RULE = re.compile(r'\.ti-([a-z0-9-]+):before\{content:"\\([0-9a-f]+)"\}')


def main() -> None:
    """Copy every file, without the references to what is left behind."""
    for name, source in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in {".css", ".js"}:
            text = (PACKAGES / source).read_text(encoding="utf-8")
            target.write_text(_alone(text), encoding="utf-8")
        else:
            shutil.copyfile(PACKAGES / source, target)
    cut_styles(VENDOR / "tabler.min.css", named(STYLES))
    cut_icons(
        VENDOR / "tabler-icons.min.css", VENDOR / "fonts" / "tabler-icons.woff2", named(ICONS)
    )
    for name, source in FOR_TESTS.items():
        if (PACKAGES / source).exists():  # `npm ci --omit=dev` leaves it out
            BESIDE_TESTS.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGES / source, BESIDE_TESTS / name)


def _alone(text: str) -> str:
    return VERSION.sub("", OLD_FONTS.sub("", SOURCE_MAP.sub("", text)))


def named(listing: Path) -> set[str]:
    """Return what a list names: the icons that pages draw, or what of Tabler's styles they use."""
    lines = listing.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("# ")}


def cut_styles(style: Path, wanted: Collection[str]) -> None:
    """Leave the rules that can match something on a page: 300 of 5,500."""
    text = style.read_text(encoding="utf-8")
    style.write_text(styles.cut(text, wanted), encoding="utf-8")


def cut_icons(style: Path, font: Path, wanted: Iterable[str]) -> None:
    """Leave the wanted icons in the style sheet and the font: of 5,000 a page loads 170."""
    text, names = style.read_text(encoding="utf-8"), set(wanted)
    points = {name: int(point, 16) for name, point in ICON_RULE.findall(text)}
    unknown = names - points.keys()
    if unknown:
        raise SystemExit(f"{ICONS.name} names icons that Tabler does not have: {sorted(unknown)}")
    style.write_text(
        ICON_RULE.sub(lambda rule: rule[0] if rule[1] in names else "", text), encoding="utf-8"
    )
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it has words on Tabler's own padding
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    full = subset.load_font(BytesIO(font.read_bytes()), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[points[name] for name in names])
    cutter.subset(full)
    subset.save_font(full, str(font), options)


if __name__ == "__main__":
    main()
