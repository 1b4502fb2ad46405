"""Fleet speaks Chinese wherever it speaks: a new sentence without one fails here, by name."""

import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from tests import messages

# Names of things, keys and the clouds' own fields. 500.html stands for itself, in both languages.
NAMES = {"Fleet", "UTC", "USH", "HTTP", "uuid", "mac", "code", "businessCode", "businessMessage"}
NAMES |= {"Ctrl", "Enter", "Esc"}
CURE = "Run `make messages`, fill in the empty msgstr of locale/zh_Hans, and run it again."


def test_everything_that_code_and_templates_say_has_chinese():
    said, known = messages.spoken(), messages.load()

    silent = messages.untranslated(messages.filled(said, known))

    assert [message.id for message in silent] == [], CURE


def test_chinese_fills_in_the_same_as_english():
    known = [one for one in messages.load() if one.id and all(messages.strings(one))]

    unlike = [
        message.id
        for message in known
        if messages.placeholders(" ".join(messages.strings(message)))
        != messages.placeholders(message.id if isinstance(message.id, str) else message.id[1])
    ]

    assert len(known) > 500
    assert unlike == [], "These and their Chinese in locale/zh_Hans have unlike placeholders."


def test_what_django_reads_is_what_people_edited():
    edited = messages.load()

    compiled = messages.compiled(edited)

    assert messages.MO.read_bytes() == compiled, "Run `make messages` and commit django.mo."


def test_what_is_said_is_found_in_templates_code_plurals_and_contexts(tmp_path):
    page, code = tmp_path / "page.html", tmp_path / "code.py"
    page.write_text(
        "{% load i18n %}\n  <p title=\"{% translate 'It is' %}\">isn't\n"
        "{% blocktranslate count n=x %}{{ n }} plug{% plural %}{{ n }} plugs{% endblocktranslate %}"
    )
    code.write_text("_l('Lazy')\n_p('run', 'Complete')\nngettext('%d row', '%d rows', 2)\n")

    found = [(words, context) for path in (page, code) for words, context in messages.said(path)]

    assert found == [
        ("It is", None),
        (("%(n)s plug", "%(n)s plugs"), None),
        ("Lazy", None),
        ("Complete", "run"),
        (("%d row", "%d rows"), None),
    ]


def test_no_page_says_a_word_that_nobody_can_translate():
    pages = [path for path in messages.sources() if path.suffix == ".html"]

    bare = {path.name: messages.bare(path) - NAMES for path in pages if path.name != "500.html"}

    assert len(bare) > 50
    assert {name: words for name, words in bare.items() if words} == {}


@pytest.mark.parametrize(
    ("spoken", "written"),
    [("Devices", "设备"), ("Offline", "离线"), ("factory reset", "恢复出厂设置")],
)
def test_django_answers_in_chinese(spoken, written):
    with override("zh-hans"):
        translated = gettext(spoken)

    assert translated == written
    assert "zh-hans" in dict(settings.LANGUAGES)


def test_chinese_has_one_form_for_one_and_for_many():
    with override("zh-hans"):
        forms = {ngettext("Remove %d device", "Remove %d devices", n) % n for n in (1, 5)}

    assert forms == {"移除1台设备", "移除5台设备"}
