"""Air conditioners, thermostats, heaters, fans, purifiers, humidifiers: what changes the air."""

from simulator.catalog.words import celsius, choice, faults, flag, number, raw, text
from simulator.product import Product

LEVELS = "low middle high auto"

PRODUCTS = [
    Product(
        "simaircon0000201",
        "kt",
        "空调",
        (
            flag(1, "switch", "开关"),
            celsius(2, "temp_set", "设定温度", (16, 30), usual=(20, 27)),
            celsius(3, "temp_current", "当前温度", (-20, 100), ro=True, usual=(18, 31)),
            choice(4, "mode", "工作模式", "auto cold hot wet wind"),
            choice(5, "windspeed", "风速", LEVELS),
            flag(15, "switch_vertical", "上下扫风"),
            flag(16, "switch_horizontal", "左右扫风"),
            faults(22, "fault", "故障", "sensor_fault temp_fault coil_fault comm_fault"),
        ),
        "Air conditioner",
    ),
    Product(
        "simacpanel000202",
        "ktkzq",
        "中央空调面板",
        (
            flag(1, "switch", "开关"),
            celsius(2, "temp_set", "设定温度", (160, 300), scale=1, step=5, usual=(200, 270)),
            celsius(
                3, "temp_current", "当前温度", (-200, 1000), scale=1, ro=True, usual=(180, 310)
            ),
            choice(4, "mode", "模式", "auto cold hot wind floor_heat floor_heat_and_heat"),
            choice(5, "fan_speed_enum", "风速", "low middle high auto"),
            flag(7, "child_lock", "童锁"),
        ),
        "Central air-conditioner panel",
    ),
    Product(
        "simthermostat203",
        "wk",
        "温控器",
        (
            flag(1, "switch", "开关"),
            choice(2, "mode", "模式", "manual auto eco holiday"),
            celsius(16, "temp_set", "设定温度", (50, 350), scale=1, step=5, usual=(180, 230)),
            celsius(24, "temp_current", "当前温度", (0, 500), scale=1, ro=True, usual=(170, 240)),
            choice(36, "valve_state", "阀门状态", "open close", ro=True),
            flag(40, "child_lock", "童锁"),
            faults(45, "fault", "故障", "e1 e2 e3"),
            raw(65, "week_program", "周程序"),
        ),
        "Thermostat",
    ),
    Product(
        "simvalve00000204",
        "wkf",
        "散热器温控阀",
        (
            choice(2, "mode", "模式", "auto manual off"),
            celsius(4, "temp_set", "设定温度", (5, 30), usual=(17, 23)),
            celsius(5, "temp_current", "当前温度", (-200, 500), scale=1, ro=True, usual=(170, 230)),
            number(6, "battery_percentage", "电量", (0, 100), unit="%", ro=True, usual=(40, 100)),
            flag(7, "child_lock", "童锁"),
            faults(35, "fault", "故障", "fault_sensor fault_motor fault_low_batt"),
        ),
        "Radiator valve",
        sub=True,
    ),
    Product(
        "simheater0000205",
        "qn",
        "取暖器",
        (
            flag(1, "switch", "开关"),
            celsius(2, "temp_set", "设定温度", (5, 35), usual=(18, 24)),
            celsius(3, "temp_current", "当前温度", (-20, 50), ro=True, usual=(14, 24)),
            choice(5, "level", "档位", "low middle high"),
            flag(7, "lock", "童锁"),
            number(
                20, "countdown_left", "倒计时剩余", (0, 1440), unit="min", ro=True, usual=(0, 120)
            ),
        ),
        "Heater",
    ),
    Product(
        "simboiler0000206",
        "rs",
        "热水器",
        (
            flag(1, "switch", "开关"),
            celsius(9, "temp_set", "设定温度", (30, 75), usual=(40, 60)),
            celsius(10, "temp_current", "当前温度", (0, 99), ro=True, usual=(25, 60)),
            choice(2, "mode", "模式", "auto eco vacation"),
            choice(12, "work_state", "工作状态", "standby heating", ro=True),
            faults(20, "fault", "故障", "e1 e2 e3 e4"),
        ),
        "Water heater",
    ),
    Product(
        "simfan0000000207",
        "fs",
        "风扇",
        (
            flag(1, "switch", "开关"),
            choice(2, "mode", "模式", "fresh nature sleep smart"),
            number(3, "fan_speed_percent", "风速", (1, 100), unit="%"),
            flag(5, "switch_horizontal", "摇头"),
            number(22, "countdown_set", "定时", (0, 12), unit="h", usual=(0, 8)),
        ),
        "Fan",
    ),
    Product(
        "simpurifier00208",
        "kj",
        "空气净化器",
        (
            flag(1, "switch", "开关"),
            choice(3, "mode", "模式", "manual auto sleep"),
            choice(4, "speed", "风速", "low mid high turbo"),
            number(2, "pm25", "PM2.5", (0, 999), unit="ug/m3", ro=True, usual=(4, 80)),
            number(5, "filter", "滤网剩余", (0, 100), unit="%", ro=True, usual=(20, 100)),
            choice(21, "air_quality", "空气质量", "great good mild medium severe", ro=True),
            flag(11, "filter_reset", "滤网复位"),
        ),
        "Air purifier",
    ),
    Product(
        "simhumidif000209",
        "jsq",
        "加湿器",
        (
            flag(1, "switch", "开关"),
            choice(23, "spray_mode", "喷雾模式", "small middle large auto"),
            number(13, "humidity_set", "设定湿度", (30, 90), unit="%", step=5, usual=(40, 65)),
            number(14, "humidity_current", "当前湿度", (0, 100), unit="%", ro=True, usual=(30, 65)),
            faults(22, "fault", "故障", "lack_water"),
        ),
        "Humidifier",
    ),
    Product(
        "simdehumid000210",
        "cs",
        "除湿机",
        (
            flag(1, "switch", "开关"),
            number(4, "dehumidify_set_value", "设定湿度", (25, 80), unit="%", step=5),
            number(6, "humidity_indoor", "室内湿度", (0, 100), unit="%", ro=True, usual=(40, 75)),
            celsius(7, "temp_indoor", "室内温度", (-40, 80), ro=True, usual=(15, 27)),
            faults(19, "fault", "故障", "tankfull defrost e1 e2 l2 l3 l4 wet_sensor"),
            text(101, "model_note", "型号说明", ro=True, maxlen=64),
        ),
        "Dehumidifier",
    ),
]
