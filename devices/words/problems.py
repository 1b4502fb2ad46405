"""What is wrong with a value, in Chinese: the readers of datapoints say it in English. Pure."""

import re

CHINESE = tuple(
    (re.compile(english, re.DOTALL), chinese)
    for english, chinese in (
        (r"no value", "没有值"),
        (r"(.*) is not true or false", r"\1 不是 true 或 false"),
        (r"(.*) is not a word", r"\1 不是枚举值"),
        (r"(.*) is not one of (.*)", r"\1 不在可选值之内：\2"),
        (r"(.*) is not text", r"\1 不是文本"),
        (r"(\d+) characters, at most (\d+)", r"\1 个字符，最多 \2 个"),
        (r"not JSON", "不是 JSON"),
        (r"(.*) is not a number", r"\1 不是数字"),
        (r"(.*) is not a whole number", r"\1 不是整数"),
        (r"hue (.*) is outside (.*)", r"色相 \1 超出 \2"),
        (r"saturation (.*) is outside (.*)", r"饱和度 \1 超出 \2"),
        (r"value (.*) is outside (.*)", r"明度 \1 超出 \2"),
        (r"bit (\d+) is outside (.*)", r"第 \1 位超出 \2"),
        (r"(.*) is outside (.*)", r"\1 超出 \2"),
        (r"(.*) is not base64 text", r"\1 不是 base64 文本"),
        (r"not base64", "不是 base64"),
        (r"(.*) is not a bitmap", r"\1 不是位图"),
        (r"wider than any bitmap", "超出位图的宽度"),
    )
)


def problem(english: str, language: str) -> str:
    """Say it in the reader's language; what no pattern knows stays English."""
    if not language.startswith("zh"):
        return english
    for pattern, chinese in CHINESE:
        if found := pattern.fullmatch(english):
            return found.expand(chinese)
    return english
