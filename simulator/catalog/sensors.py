"""Sensors and weather stations, mostly on batteries behind a gateway."""

from simulator.catalog.words import battery, celsius, choice, faults, flag, number
from simulator.product import Product

PRODUCTS = [
    Product(
        "simzigbeegate301",
        "wg2",
        "Zigbee 网关",
        (
            choice(4, "master_state", "告警状态", "normal alarm"),
            flag(32, "alarm_active", "报警"),
            flag(34, "factory_lock", "配置锁"),
        ),
        "Zigbee gateway",
        gateway=True,
    ),
    Product(
        "simbluegate00302",
        "wfcon",
        "蓝牙网关",
        (flag(1, "indicator_light", "指示灯"),),
        "Bluetooth gateway",
        gateway=True,
    ),
    Product(
        "simtemphum000303",
        "wsdcg",
        "温湿度传感器",
        (
            celsius(1, "va_temperature", "温度", (-200, 600), scale=1, ro=True, usual=(180, 260)),
            number(
                2, "va_humidity", "湿度", (0, 1000), unit="%", scale=1, ro=True, usual=(350, 650)
            ),
            battery(4),
            choice(9, "temp_unit_convert", "温标切换", "c f"),
        ),
        "Temperature and humidity sensor",
        sub=True,
    ),
    Product(
        "simtemphumwf0304",
        "wsdcg",
        "Wi-Fi 温湿度计",
        (
            celsius(1, "temp_current", "当前温度", (-200, 600), scale=1, ro=True, usual=(180, 260)),
            number(2, "humidity_value", "当前湿度", (0, 100), unit="%", ro=True, usual=(35, 65)),
            choice(3, "battery_state", "电池状态", "low middle high", ro=True),
        ),
        "Wi-Fi thermometer",
    ),
    Product(
        "simmotion0000305",
        "pir",
        "人体传感器",
        (choice(1, "pir", "人体感应", "pir none", ro=True), battery(4)),
        "Motion sensor",
        sub=True,
    ),
    Product(
        "simpresence00306",
        "hps",
        "人体存在传感器",
        (
            choice(1, "presence_state", "存在状态", "none presence", ro=True),
            number(
                9, "target_dis_closest", "目标距离", (0, 1000), unit="cm", ro=True, usual=(80, 450)
            ),
            number(
                104, "illuminance_value", "光照", (0, 10000), unit="lux", ro=True, usual=(5, 900)
            ),
            number(2, "sensitivity", "灵敏度", (1, 10), usual=(3, 8)),
        ),
        "Presence sensor",
    ),
    Product(
        "simdoor000000307",
        "mcs",
        "门窗传感器",
        (flag(1, "doorcontact_state", "门磁", ro=True), battery(2)),
        "Door sensor",
        sub=True,
    ),
    Product(
        "simwater00000308",
        "sj",
        "水浸传感器",
        (
            choice(1, "watersensor_state", "水浸状态", "alarm normal", ro=True),
            battery(4),
        ),
        "Water leak sensor",
        sub=True,
    ),
    Product(
        "simsmoke00000309",
        "ywbj",
        "烟雾报警器",
        (
            choice(1, "smoke_sensor_status", "烟雾状态", "alarm normal", ro=True),
            battery(15),
            flag(16, "muffling", "消音"),
            faults(11, "fault", "故障", "fault_smoke fault_battery"),
        ),
        "Smoke detector",
        sub=True,
    ),
    Product(
        "simco2000000310",
        "co2bj",
        "二氧化碳检测仪",
        (
            number(2, "co2_value", "二氧化碳", (0, 5000), unit="ppm", ro=True, usual=(420, 1600)),
            choice(1, "co2_state", "状态", "alarm normal", ro=True),
            celsius(18, "temp_current", "温度", (-100, 600), scale=1, ro=True, usual=(180, 260)),
            number(19, "humidity_value", "湿度", (0, 100), unit="%", ro=True, usual=(35, 65)),
        ),
        "CO₂ monitor",
    ),
    Product(
        "simairbox0000311",
        "hjjcy",
        "空气质量盒子",
        (
            number(20, "pm25_value", "PM2.5", (0, 1000), unit="ug/m3", ro=True, usual=(4, 80)),
            number(
                21, "voc_value", "TVOC", (0, 9999), unit="mg/m3", scale=3, ro=True, usual=(20, 600)
            ),
            number(
                22, "ch2o_value", "甲醛", (0, 9999), unit="mg/m3", scale=3, ro=True, usual=(2, 80)
            ),
        ),
        "Air quality box",
    ),
    Product(
        "simlight00000312",
        "ldcg",
        "光照传感器",
        (
            number(
                2, "bright_value", "光照强度", (0, 100000), unit="lux", ro=True, usual=(10, 4000)
            ),
            battery(4),
        ),
        "Light sensor",
        sub=True,
    ),
    Product(
        "simsoil000000313",
        "zwjcy",
        "植物监测仪",
        (
            number(3, "humidity", "土壤湿度", (0, 100), unit="%", ro=True, usual=(10, 60)),
            celsius(5, "temp_current", "土壤温度", (-200, 800), scale=1, ro=True, usual=(120, 260)),
            battery(15),
        ),
        "Plant monitor",
        sub=True,
    ),
    Product(
        "simweather000314",
        "qxj",
        "气象站",
        (
            celsius(
                38,
                "temp_current_external",
                "室外温度",
                (-400, 600),
                scale=1,
                ro=True,
                usual=(-20, 310),
            ),
            number(39, "humidity_outdoor", "室外湿度", (0, 100), unit="%", ro=True, usual=(40, 95)),
            number(
                54,
                "atmospheric_pressture",
                "气压",
                (3000, 12000),
                unit="hPa",
                scale=1,
                ro=True,
                usual=(9900, 10350),
            ),
            number(
                56,
                "windspeed_avg",
                "平均风速",
                (0, 700),
                unit="m/s",
                scale=1,
                ro=True,
                usual=(0, 120),
            ),
            number(
                60,
                "rain_24h",
                "24 小时雨量",
                (0, 1000000),
                unit="mm",
                scale=3,
                ro=True,
                usual=(0, 20000),
            ),
        ),
        "Weather station",
    ),
    Product(
        "simvibrate000315",
        "zd",
        "震动传感器",
        (
            choice(1, "shock_state", "震动状态", "normal vibration drop tilt", ro=True),
            battery(3),
        ),
        "Vibration sensor",
        sub=True,
    ),
]
