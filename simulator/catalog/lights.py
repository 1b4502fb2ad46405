"""Lamps, strips, dimmers, and a fan with a lamp."""

from simulator.catalog.words import choice, colour, flag, number, raw, text
from simulator.product import DataPoint, Product

MODES = "white colour scene music"


def _lamp(*, coloured: bool) -> tuple[DataPoint, ...]:
    points = (
        flag(20, "switch_led", "开关"),
        choice(21, "work_mode", "模式", MODES),
        number(22, "bright_value_v2", "亮度值", (10, 1000), usual=(100, 1000)),
        number(23, "temp_value_v2", "冷暖值", (0, 1000)),
        number(26, "countdown_1", "倒计时", (0, 86400), unit="s", usual=(0, 600)),
    )
    return (*points, colour(24, "colour_data_v2", "彩光")) if coloured else points


PRODUCTS = [
    Product(
        "simbulb0rgbcw101",
        "dj",
        "彩光球泡灯",
        (*_lamp(coloured=True), raw(51, "rhythm_mode", "生物节律")),
        "Colour bulb",
    ),
    Product("simbulb0white102", "dj", "双色球泡灯", _lamp(coloured=False), "White bulb"),
    Product(
        "simbulb0old00103",
        "dj",
        "旧款彩光灯",
        (
            flag(1, "switch_led", "开关"),
            choice(2, "work_mode", "模式", "white colour scene scene_1 scene_2 scene_3 scene_4"),
            number(3, "bright_value", "亮度", (25, 255), usual=(25, 255)),
            number(4, "temp_value", "冷暖", (0, 255)),
            colour(5, "colour_data", "彩光模式", fine=False),
            text(6, "scene_data", "情景模式"),
        ),
        "Colour bulb, first generation",
    ),
    Product(
        "simstrip0led0104",
        "dd",
        "LED 灯带",
        (
            *_lamp(coloured=True),
            number(101, "led_number", "灯珠数", (1, 1000), usual=(60, 300)),
        ),
        "LED strip",
    ),
    Product(
        "simceiling000105",
        "xdd",
        "吸顶灯",
        (*_lamp(coloured=True), flag(30, "do_not_disturb", "停电勿扰")),
        "Ceiling lamp",
    ),
    Product(
        "simdimmer0000106",
        "tgq",
        "调光器",
        (
            flag(1, "switch_led_1", "开关 1"),
            number(2, "bright_value_1", "亮度 1", (10, 1000)),
            number(3, "brightness_min_1", "最小亮度 1", (10, 1000), usual=(10, 100)),
            flag(7, "switch_led_2", "开关 2"),
            number(8, "bright_value_2", "亮度 2", (10, 1000)),
        ),
        "Dimmer module, 2 channels",
    ),
    Product(
        "simdimsw0000107",
        "tgkg",
        "调光开关",
        (
            flag(1, "switch_led_1", "开关"),
            number(2, "bright_value_1", "亮度", (10, 1000)),
            choice(4, "led_type_1", "光源类型", "led incandescent halogen"),
        ),
        "Dimmer switch",
        sub=True,
    ),
    Product(
        "simfanlight00108",
        "fsd",
        "风扇灯",
        (
            flag(1, "fan_switch", "风扇开关"),
            number(3, "fan_speed", "风速", (1, 6), usual=(1, 6)),
            choice(4, "fan_direction", "风向", "forward reverse"),
            flag(15, "light", "灯光"),
            number(16, "bright_value", "亮度", (10, 1000)),
        ),
        "Fan with light",
    ),
]
