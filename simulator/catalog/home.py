"""Curtains, locks, cameras, appliances and remotes: the rest of a house."""

from simulator.catalog.words import battery, choice, faults, flag, number, raw, text
from simulator.product import Product

PRODUCTS = [
    Product(
        "simcurtain000401",
        "cl",
        "智能窗帘",
        (
            choice(1, "control", "控制", "open stop close continue"),
            number(2, "percent_control", "目标位置", (0, 100), unit="%", step=5),
            number(3, "percent_state", "当前位置", (0, 100), unit="%", ro=True, usual=(0, 100)),
            choice(5, "control_back_mode", "电机方向", "forward back"),
            choice(7, "work_state", "工作状态", "opening closing", ro=True),
            choice(11, "situation_set", "到位状态", "fully_open fully_close", ro=True),
            faults(12, "fault", "故障", "motor_fault"),
        ),
        "Curtain",
    ),
    Product(
        "simcurtainsw0402",
        "clkg",
        "窗帘开关",
        (
            choice(1, "control", "控制", "open stop close"),
            number(2, "percent_control", "位置", (0, 100), unit="%"),
            choice(3, "cur_calibration", "校准", "start end"),
            flag(7, "switch_backlight", "背光"),
        ),
        "Curtain switch",
    ),
    Product(
        "simgarage0000403",
        "ckmkzq",
        "车库门控制器",
        (
            flag(1, "switch_1", "开关"),
            number(2, "countdown_1", "倒计时", (0, 86400), unit="s", usual=(0, 60)),
            flag(3, "doorcontact_state", "门状态", ro=True),
            choice(12, "door_state_1", "告警", "unclosed_time close_time_alarm none", ro=True),
        ),
        "Garage door opener",
    ),
    Product(
        "simlock000000404",
        "ms",
        "智能门锁",
        (
            number(1, "unlock_fingerprint", "指纹开锁", (0, 999), ro=True, usual=(0, 9)),
            number(2, "unlock_password", "密码开锁", (0, 999), ro=True, usual=(0, 5)),
            choice(
                8,
                "alarm_lock",
                "门锁告警",
                "wrong_finger wrong_password low_battery pry doorbell",
                ro=True,
            ),
            number(
                12, "residual_electricity", "剩余电量", (0, 100), unit="%", ro=True, usual=(30, 100)
            ),
            flag(47, "lock_motor_state", "电机状态", ro=True),
            raw(61, "remote_no_dp_key", "远程密钥"),
        ),
        "Door lock",
    ),
    Product(
        "simcamera0000405",
        "sp",
        "室内摄像机",
        (
            flag(101, "basic_indicator", "指示灯"),
            flag(103, "basic_flip", "画面翻转"),
            choice(106, "motion_sensitivity", "移动侦测灵敏度", "0 1 2"),
            choice(108, "basic_nightvision", "夜视", "0 1 2"),
            text(109, "sd_storge", "存储容量", ro=True),
            number(110, "sd_status", "存储状态", (1, 5), ro=True, usual=(1, 5)),
            flag(134, "motion_switch", "移动侦测"),
            raw(115, "movement_detect_pic", "侦测图片", ro=True),
            choice(119, "ptz_control", "云台方向", "0 1 2 3 4 5 6 7"),
        ),
        "Indoor camera",
    ),
    Product(
        "simalarm00000406",
        "sgbj",
        "声光报警器",
        (
            flag(13, "alarm_switch", "报警开关"),
            choice(5, "alarm_volume", "音量", "low middle high mute"),
            number(7, "alarm_time", "报警时长", (1, 60), unit="s"),
            battery(15),
        ),
        "Siren",
    ),
    Product(
        "simhostalarm0407",
        "mal",
        "报警主机",
        (
            choice(1, "master_mode", "布防模式", "disarmed arm home sos"),
            text(26, "alarm_msg", "告警内容", ro=True),
            flag(20, "switch_mode_sound", "布防提示音"),
        ),
        "Alarm host",
    ),
    Product(
        "simrobot00000408",
        "sd",
        "扫地机器人",
        (
            flag(1, "power_go", "开始/暂停"),
            choice(3, "mode", "模式", "standby smart zone chargego part"),
            choice(
                5,
                "status",
                "状态",
                "standby cleaning goto_charge charging charge_done paused",
                ro=True,
            ),
            number(6, "electricity_left", "剩余电量", (0, 100), unit="%", ro=True, usual=(25, 100)),
            choice(14, "suction", "吸力", "gentle normal strong"),
            faults(
                28,
                "fault",
                "故障",
                "edge_sweep middle_sweep left_wheel right_wheel garbage_box land_check collision",
            ),
            raw(15, "path_data", "路径", ro=True),
        ),
        "Robot vacuum",
    ),
    Product(
        "simfeeder0000409",
        "cwwsq",
        "宠物喂食器",
        (
            raw(1, "meal_plan", "喂食计划"),
            number(3, "manual_feed", "手动喂食", (1, 12)),
            choice(4, "feed_state", "喂食状态", "standby feeding", ro=True),
            number(15, "feed_report", "喂食结果", (0, 12), ro=True, usual=(0, 12)),
            battery(11),
        ),
        "Pet feeder",
    ),
    Product(
        "simwatertimer410",
        "sfkzq",
        "水阀控制器",
        (
            flag(1, "switch", "开关"),
            number(9, "use_time_one", "单次用时", (0, 86400), unit="s", ro=True, usual=(0, 900)),
            battery(7),
            choice(12, "work_state", "状态", "auto manual idle", ro=True),
            choice(13, "smart_weather", "天气", "sunny cloudy rainy"),
        ),
        "Water timer",
    ),
    Product(
        "simbutton0000411",
        "wxkg",
        "无线按钮",
        (
            choice(1, "switch_mode1", "按键 1", "click double_click press", ro=True),
            choice(2, "switch_mode2", "按键 2", "click double_click press", ro=True),
            battery(10),
        ),
        "Wireless button",
        sub=True,
    ),
    Product(
        "simscale00000412",
        "qt",
        "体脂秤",
        (
            number(1, "weight", "体重", (0, 500000), unit="g", ro=True, usual=(46000, 93000)),
            number(14, "body_r", "全身电阻", (0, 9999), unit="Ω", ro=True, usual=(380, 720)),
            flag(20, "battery_low", "低电量", ro=True),
        ),
        "Body scale",
    ),
]
