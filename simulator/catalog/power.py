"""Plugs, switches, breakers and meters: things that carry current."""

from simulator.catalog.words import choice, faults, flag, number, raw, text
from simulator.product import DataPoint, Product

RELAY = choice(38, "relay_status", "上电状态", "power_off power_on last")


def _gangs(count: int) -> tuple[DataPoint, ...]:
    switches = [flag(n, f"switch_{n}", f"开关 {n}") for n in range(1, count + 1)]
    timers = [
        number(n + 6, f"countdown_{n}", f"开关 {n} 倒计时", (0, 86400), unit="s", usual=(0, 600))
        for n in range(1, count + 1)
    ]
    return (*switches, *timers, choice(14, "relay_status", "上电状态", "off on memory"))


def _meter(first: int) -> tuple[DataPoint, ...]:
    return (
        number(
            first,
            "add_ele",
            "增加电量",
            (0, 50000),
            unit="kW·h",
            scale=3,
            step=100,
            ro=True,
            usual=(100, 900),
            sums=True,
        ),
        number(
            first + 1, "cur_current", "当前电流", (0, 30000), unit="mA", ro=True, usual=(20, 4000)
        ),
        number(
            first + 2,
            "cur_power",
            "当前功率",
            (0, 50000),
            unit="W",
            scale=1,
            ro=True,
            usual=(50, 9000),
        ),
        number(
            first + 3,
            "cur_voltage",
            "当前电压",
            (0, 5000),
            unit="V",
            scale=1,
            ro=True,
            usual=(2200, 2400),
        ),
    )


PRODUCTS = [
    Product(
        "simplug0meter001",
        "cz",
        "计量插座",
        (
            flag(1, "switch_1", "开关 1"),
            number(9, "countdown_1", "开关 1 倒计时", (0, 86400), unit="s", usual=(0, 600)),
            *_meter(17),
            faults(26, "fault", "故障", "ov_cr ov_vol ov_pwr ls_cr ls_vol ls_pow"),
            RELAY,
            flag(41, "child_lock", "童锁"),
        ),
        "Metering plug",
    ),
    Product(
        "simplug0plain002",
        "cz",
        "智能插座",
        (
            flag(1, "switch_1", "开关 1"),
            number(9, "countdown_1", "开关 1 倒计时", (0, 86400), unit="s", usual=(0, 600)),
        ),
        "Smart plug",
    ),
    Product(
        "simplug0usb20003",
        "cz",
        "带 USB 插座",
        (
            flag(1, "switch_1", "开关 1"),
            flag(7, "switch_usb1", "USB 1"),
            flag(8, "switch_usb2", "USB 2"),
        ),
        "Plug with USB",
    ),
    Product(
        "simstrip0four004",
        "pc",
        "四位排插",
        (*_gangs(4), flag(5, "switch_usb1", "USB 1")),
        "Power strip, 4 sockets",
    ),
    Product("simwall0gang1005", "kg", "一路墙壁开关", _gangs(1), "Wall switch, 1 gang"),
    Product("simwall0gang3006", "kg", "三路墙壁开关", _gangs(3), "Wall switch, 3 gangs"),
    Product("simwall0gang6007", "kg", "六路墙壁开关", _gangs(6), "Wall switch, 6 gangs"),
    Product(
        "simzbwall0gg2008",
        "kg",
        "Zigbee 二路开关",
        _gangs(2),
        "Zigbee wall switch, 2 gangs",
        sub=True,
    ),
    Product(
        "simbreaker001009",
        "dlq",
        "智能断路器",
        (
            flag(16, "switch", "开关"),
            number(
                1,
                "total_forward_energy",
                "正向总有功电能",
                (0, 99999999),
                unit="kW·h",
                scale=2,
                ro=True,
                usual=(12000, 40000),
            ),
            raw(6, "phase_a", "A 相电压,电流及功率", ro=True),
            faults(
                9,
                "fault",
                "故障",
                "short_circuit surge overload leakage_current temp_dif fire_wall "
                "high_temp self_test over_voltage under_voltage",
            ),
            number(15, "leakage_current", "漏电电流", (0, 2000), unit="mA", ro=True, usual=(0, 12)),
            text(19, "breaker_id", "断路器编号", ro=True, maxlen=32),
        ),
        "Circuit breaker",
    ),
    Product(
        "simmeter3ph0010a",
        "zndb",
        "三相智能电表",
        (
            number(
                1,
                "forward_energy_total",
                "正向总有功电能",
                (0, 99999999),
                unit="kW·h",
                scale=2,
                ro=True,
                usual=(200000, 900000),
            ),
            raw(6, "phase_a", "A 相", ro=True),
            raw(7, "phase_b", "B 相", ro=True),
            raw(8, "phase_c", "C 相", ro=True),
            number(
                32,
                "supply_frequency",
                "电网频率",
                (0, 9999),
                unit="Hz",
                scale=2,
                ro=True,
                usual=(4990, 5010),
            ),
            flag(16, "switch_prepayment", "预付费开关"),
        ),
        "Three-phase meter",
    ),
    Product(
        "simrelay0tdq0011",
        "tdq",
        "通断器",
        (*_gangs(1)[:2], *_meter(20)),
        "Relay module with meter",
    ),
]
