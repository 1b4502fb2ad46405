"""The Chinese of the pages: the compiled catalogue is its source, with the same blanks."""

import gettext
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.devices.views import scene

FOLDER = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES"
TEXT = r'"((?:[^"\\]|\\.)*)"'
ENTRY = re.compile(
    rf"(?:msgctxt {TEXT}\n)?msgid {TEXT}\n(?:msgid_plural {TEXT}\nmsgstr\[0\]|msgstr) {TEXT}"
)
BLANK = re.compile(r"%\(\w+\)[sd]|%[sd%]")


def entries():
    source = (FOLDER / "django.po").read_text(encoding="utf-8")
    for parts in ENTRY.findall(source):
        yield tuple(json.loads(f'"{part}"') for part in parts)


def compiled():
    with (FOLDER / "django.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)


def test_the_compiled_catalogue_is_the_source():
    catalogue = compiled()
    differing = [
        text
        for context, text, _many, chinese in entries()
        if chinese
        and not context
        and chinese not in (catalogue.gettext(text), catalogue.ngettext(text, text, 1))
    ]

    assert differing == []


def test_every_sentence_keeps_its_blanks():
    lost = [
        (text, chinese)
        for _context, text, many, chinese in entries()
        if chinese and sorted(BLANK.findall(many or text)) != sorted(BLANK.findall(chinese))
    ]

    assert lost == []


@pytest.mark.django_db
def test_a_reader_of_chinese_gets_the_shell_in_chinese():
    viewer: Client = scene.client()
    viewer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    page = viewer.get("/devices/").content.decode()

    assert '<html lang="zh-hans"' in page
    assert [
        word for word in ("概览", "设备", "日志", "操作", "上报", "云端") if word not in page
    ] == []
    assert "尚无设备" in page
