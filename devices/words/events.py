"""Names of log event types and of what set them off.

Source: Tuya, "Device Management" (设备管理, 2024-09-10), tables of event types and event sources.
"""

EVENTS = {  # id: (English, Chinese, Tabler icon)
    1: ("online", "上线", "plug-connected"),
    2: ("offline", "下线", "plug-connected-x"),
    3: ("activated", "设备激活", "sparkles"),
    4: ("reset", "设备重置", "restore"),
    5: ("command sent", "指令下发", "send"),
    6: ("firmware upgrade", "固件升级", "cloud-download"),
    7: ("data point report", "数据点上报", "activity"),
    8: ("signal strength", "设备信号量", "antenna-bars-5"),
    9: ("restart", "设备重启", "refresh"),
    10: ("timer", "定时信息", "clock"),
}
SOURCES = {  # id: (English, Chinese)
    -1: ("unknown", "未知"),
    1: ("device itself", "设备本身"),
    2: ("client command", "客户端指令"),
    3: ("third-party platform", "第三方平台"),
    4: ("cloud command", "云端指令"),
    5: ("removed in the app", "App 移除"),
    6: ("factory reset in the app", "App 恢复出厂设置"),
    7: ("upgrade prompted by the app", "App 提醒升级"),
    8: ("upgrade forced by the hardware", "硬件强制升级"),
    9: ("upgrade forced by the app", "App 强制升级"),
    10: ("upgrade check by the app", "App 检测升级"),
    11: ("removed on the IoT platform", "IoT 平台移除"),
    12: ("removed by a Tuya developer", "涂鸦开发者移除"),
    13: ("removed by a user client", "用户端移除"),
    16: ("energy-saving mini program", "节能小程序"),
}
# What somebody else did, by what the cloud tells of it and the source it names (see SOURCES).
BY_OTHERS = {  # (what, source): (English, Chinese)
    ("reset", 1): ("reset at the device itself", "在设备本身被重置"),
    ("reset", 2): ("reset by a client's command", "由客户端指令重置"),
    ("reset", 3): ("reset by a third-party platform", "由第三方平台重置"),
    ("reset", 4): ("reset by the cloud, not on our order", "由云端重置，非我方指令"),
    ("reset", 5): ("removed in the app by its owner", "机主在 App 中移除"),
    ("reset", 6): ("reset in the app by its owner", "机主在 App 中恢复出厂设置"),
    ("reset", 11): ("removed on the IoT platform, not by us", "在 IoT 平台被移除，非我方操作"),
    ("reset", 12): ("removed by another developer", "被其他开发者移除"),
    ("reset", 13): ("removed by a user's client", "由用户端移除"),
    ("reset", 16): ("reset by the energy-saving mini program", "由节能小程序重置"),
    ("reset", None): ("reset, not by us", "被重置，非我方操作"),
    ("rename", None): ("renamed by somebody else", "被他人改名"),
    ("removal", None): ("removed by somebody else", "被他人移除"),
}
UNSEEN_ICON = "help-circle"


def event_name(event_id: int, language: str = "en") -> str:
    """Return the event type's name; a new one shows its number."""
    found = EVENTS.get(event_id)
    return found[_column(language)] if found else _unknown(event_id, language)


def event_icon(event_id: int) -> str:
    """Return the Tabler icon's name, without its prefix."""
    found = EVENTS.get(event_id)
    return found[2] if found else UNSEEN_ICON


def source_name(source_id: int, language: str = "en") -> str:
    """Return what set the event off; a new source shows its number."""
    found = SOURCES.get(source_id)
    return found[_column(language)] if found else _unknown(source_id, language)


def by_others(what: str, source_id: int | None, language: str = "en") -> str:
    """Return what somebody else did; a source without words of its own is named by number."""
    column = _column(language)
    known = BY_OTHERS.get((what, source_id))
    plain = known or BY_OTHERS.get((what, None))
    if plain is None:
        return _unknown(source_id or 0, language)
    if known or source_id is None:
        return plain[column]
    return f"{plain[column]} ({source_name(source_id, language)})"


def _column(language: str) -> int:
    return 1 if language.startswith("zh") else 0


def _unknown(number: int, language: str) -> str:
    return f"未知 ({number})" if language.startswith("zh") else f"unknown ({number})"
