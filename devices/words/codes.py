"""Names of the data-point codes that most products share, and words for their two positions.

The codes are those of Tuya's "Standard instruction set"; a code not listed is made readable.
"""

import re

CODES = {
    "switch": ("Switch", "开关"),
    "switch_led": ("Switch", "开关"),
    "switch_usb1": ("USB 1", "USB 1"),
    "switch_backlight": ("Backlight", "背光"),
    "switch_horizontal": ("Horizontal swing", "水平摆风"),
    "switch_vertical": ("Vertical swing", "垂直摆风"),
    "switch_charge": ("Charging", "充电"),
    "switch_go": ("Cleaning", "清扫开关"),
    "switch_gradient": ("Gradual switching", "开关渐变"),
    "switch_inching": ("Inching", "点动开关"),
    "power": ("Power", "电源"),
    "work_mode": ("Mode", "工作模式"),
    "mode": ("Mode", "模式"),
    "work_state": ("Working state", "工作状态"),
    "status": ("State", "状态"),
    "control": ("Control", "控制"),
    "control_data": ("Live adjustment", "调节"),
    "percent_control": ("Position wanted", "百分比控制"),
    "percent_state": ("Position", "当前位置"),
    "bright_value": ("Brightness", "亮度"),
    "bright_value_v2": ("Brightness", "亮度"),
    "temp_value": ("Colour temperature", "冷暖值"),
    "temp_value_v2": ("Colour temperature", "冷暖值"),
    "colour_data": ("Colour", "彩光"),
    "colour_data_v2": ("Colour", "彩光"),
    "colour_data_hsv": ("Colour", "彩光"),
    "scene_data": ("Scene", "情景"),
    "scene_data_v2": ("Scene", "情景"),
    "music_data": ("Music", "音乐灯"),
    "rhythm_mode": ("Biorhythm", "生物节律"),
    "sleep_mode": ("Sleep plan", "入睡计划"),
    "wakeup_mode": ("Wake-up plan", "唤醒计划"),
    "power_memory": ("After a power cut", "断电记忆"),
    "do_not_disturb": ("Do not disturb", "停电勿扰"),
    "relay_status": ("After a power cut", "上电状态"),
    "light_mode": ("Indicator light", "指示灯状态"),
    "countdown": ("Countdown", "倒计时"),
    "countdown_left": ("Countdown left", "倒计时剩余"),
    "cycle_time": ("Cycle timer", "循环定时"),
    "random_time": ("Random timer", "随机定时"),
    "temp_current": ("Temperature", "当前温度"),
    "temp_current_f": ("Temperature (°F)", "当前温度 (华氏)"),
    "temp_set": ("Target temperature", "设置温度"),
    "temp_set_f": ("Target temperature (°F)", "设置温度 (华氏)"),
    "temp_unit_convert": ("Temperature unit", "温标切换"),
    "temp_correction": ("Temperature correction", "温度校准"),
    "va_temperature": ("Temperature", "温度"),
    "va_humidity": ("Humidity", "湿度"),
    "humidity_value": ("Humidity", "湿度"),
    "humidity_current": ("Humidity", "当前湿度"),
    "humidity_indoor": ("Humidity indoors", "室内湿度"),
    "dehumidify_set_value": ("Target humidity", "设定湿度"),
    "upper_temp": ("Highest temperature", "温度上限"),
    "lower_temp": ("Lowest temperature", "温度下限"),
    "fan_speed": ("Fan speed", "风速"),
    "fan_speed_enum": ("Fan speed", "风速"),
    "windspeed": ("Fan speed", "风速"),
    "fan_speed_percent": ("Fan speed", "风速"),
    "cur_power": ("Power", "当前功率"),
    "cur_voltage": ("Voltage", "当前电压"),
    "cur_current": ("Current", "当前电流"),
    "add_ele": ("Energy added", "增加电量"),
    "phase_a": ("Phase A", "A 相"),
    "phase_b": ("Phase B", "B 相"),
    "phase_c": ("Phase C", "C 相"),
    "forward_energy_total": ("Energy used", "正向总有功电量"),
    "reverse_energy_total": ("Energy returned", "反向总有功电量"),
    "total_forward_energy": ("Energy used", "总正向有功电量"),
    "balance_energy": ("Energy left", "剩余电量"),
    "clear_energy": ("Clear energy", "电量清零"),
    "battery_percentage": ("Battery", "电池电量"),
    "battery_state": ("Battery", "电池状态"),
    "battery_value": ("Battery value", "电池数值"),
    "battery_low": ("Battery low", "低电"),
    "residual_electricity": ("Battery", "剩余电量"),
    "va_battery": ("Battery", "电池电量"),
    "charge_state": ("Charging", "充电状态"),
    "electricity_left": ("Battery", "剩余电量"),
    "child_lock": ("Child lock", "童锁"),
    "fault": ("Fault", "故障"),
    "pir": ("Motion", "人体感应"),
    "presence_state": ("Presence", "人体存在状态"),
    "doorcontact_state": ("Door", "门磁状态"),
    "watersensor_state": ("Water", "水浸状态"),
    "smoke_sensor_status": ("Smoke", "烟雾状态"),
    "smoke_sensor_state": ("Smoke", "烟雾状态"),
    "gas_sensor_status": ("Gas", "燃气状态"),
    "gas_sensor_state": ("Gas", "燃气状态"),
    "co_status": ("Carbon monoxide", "一氧化碳状态"),
    "co2_state": ("CO₂ alarm", "二氧化碳状态"),
    "co2_value": ("CO₂", "二氧化碳浓度"),
    "pm25": ("PM2.5", "PM2.5"),
    "pm25_value": ("PM2.5", "PM2.5"),
    "voc_value": ("VOC", "挥发性有机物"),
    "ch2o_value": ("Formaldehyde", "甲醛"),
    "shock_state": ("Vibration", "震动状态"),
    "temper_alarm": ("Tamper alarm", "防拆报警"),
    "alarm_volume": ("Alarm volume", "报警音量"),
    "alarm_time": ("Alarm duration", "报警时长"),
    "alarm_switch": ("Alarm", "报警开关"),
    "master_mode": ("Arming", "布撤防"),
    "master_state": ("Alarm state", "主机状态"),
    "volume_set": ("Volume", "音量"),
    "weight": ("Weight", "体重"),
    "suction": ("Suction", "吸力"),
    "clean_area": ("Area cleaned", "清扫面积"),
    "clean_time": ("Time cleaned", "清扫时间"),
    "feed_state": ("Feeding", "喂食状态"),
    "manual_feed": ("Feed now", "手动喂食"),
    "motion_switch": ("Motion alarm", "移动侦测"),
    "record_switch": ("Recording", "录像开关"),
    "sd_status": ("SD card", "SD 卡状态"),
    "light": ("Light", "灯光"),
    "level": ("Level", "档位"),
    "illuminance_value": ("Illuminance", "光照度"),
    "bright_state": ("Light level", "光照状态"),
    "factory_reset": ("Factory reset", "恢复出厂设置"),
}
NUMBERED = {  # codes that products count: switch_1, switch_2, …
    "switch": ("Switch", "开关"),
    "countdown": ("Countdown", "倒计时"),
    "relay_status": ("After a power cut", "上电状态"),
    "switch_led": ("Light", "灯"),
    "bright_value": ("Brightness", "亮度"),
    "flash_scene": ("Scene", "情景"),
    "control": ("Control", "控制"),
    "percent_control": ("Position wanted", "百分比控制"),
}
POSITIONS = {  # where ON and OFF say the wrong thing: (true, false) in English, then in Chinese
    "doorcontact_state": ("open", "closed", "打开", "关闭"),
    "battery_low": ("low", "fine", "低", "正常"),
    "temper_alarm": ("alarm", "fine", "报警", "正常"),
    "pir": ("motion", "none", "有人", "无人"),
}
ENDS_IN_NUMBER = re.compile(r"(.+)_(\d{1,2})")


def code_label(code: str, language: str = "en") -> str:
    """Return a code's name; one that nobody named is made readable: `sd_format` -> "Sd format"."""
    return known_code(code, language) or _readable(code)


def known_code(code: str, language: str = "en") -> str:
    """Return a shared code's name, or nothing."""
    column = _column(language)
    if code in CODES:
        return CODES[code][column]
    counted = ENDS_IN_NUMBER.fullmatch(code)
    if counted and counted[1] in NUMBERED:
        return f"{NUMBERED[counted[1]][column]} {counted[2]}"
    return ""


def position(code: str, on: bool, language: str = "en") -> str:
    """Return the word for true or false of a code: mostly ON and OFF."""
    column = _column(language)
    words = POSITIONS.get(code, ("ON", "OFF", "开", "关"))
    return words[2 * column + (0 if on else 1)]


def _column(language: str) -> int:
    return 1 if language.startswith("zh") else 0


def _readable(code: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", code).replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else code
