import pytest
from django.utils.translation import override

from pages import stored


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("The process was ended in mid-run.", "进程在运行途中被终止。"),
        ("Stopped after 3 failures.", "失败 3 次后已停止。"),
        (
            "The cloud denied it in 2 runs: 1106 permission deny",
            "云端连续 2 次否认该设备: 1106 permission deny",
        ),
        (
            "The vendor keeps logs for 7 days; this was not read in time.",
            "厂商仅保留 7 天日志，此段未能及时读取。",
        ),
        ("1106 permission deny: 100 %s", "1106 permission deny: 100 %s"),
        ("", ""),
    ],
)
def test_a_workers_sentence_is_read_in_the_readers_language(sentence, chinese):
    with override("zh-hans"):
        shown = stored.translated(sentence)

    assert (shown, stored.translated(sentence)) == (chinese, sentence)
