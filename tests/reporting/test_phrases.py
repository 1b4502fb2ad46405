import pytest
from django.utils.translation import override

from reporting import phrases
from reporting.outcomes import Outcome


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (
            "USH refuses something in this request (HTTP 200, code 500: 1001 no such device)",
            "USH 拒绝请求中的部分内容 (HTTP 200, code 500: 1001 no such device)",
        ),
        (
            "format_mismatch: not an answer of USH in this format (HTTP 200)",
            "format_mismatch: 不是此格式的 USH 应答 (HTTP 200)",
        ),
        ("the vendor's words alone", "the vendor's words alone"),
        ("", ""),
    ],
)
def test_the_phrase_is_translated_and_what_ush_said_stays(stored, shown):
    with override("zh-hans"):
        chinese = phrases.translated(stored)
    english = phrases.translated(stored)

    assert (chinese, english) == (shown, stored)


def test_every_outcome_has_its_phrase_in_chinese():
    with override("zh-hans"):
        chinese = {letter: str(words) for letter, words in phrases.MEANINGS.items()}

    assert set(chinese) == {outcome.letter for outcome in Outcome}
    assert [words for words in chinese.values() if words.isascii()] == []
