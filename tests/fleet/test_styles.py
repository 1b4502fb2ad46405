"""A style sheet is cut down to what pages ask for, and what it means for them stays the same."""

import pytest

from fleet import styles


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".btn,.card > .badge{color:red}", ".btn{color:red;}"),
        (".btn.badge{color:red}p a:hover{color:red}", "p a:hover{color:red;}"),
        (".btn:not(.badge){color:red}", ".btn:not(.badge){color:red;}"),
        (":is(.badge,.btn) a,:is(.badge) b{color:red}", ":is(.badge,.btn) a{color:red;}"),
        (".btn:has(.badge){color:red}:where(#top){color:red}", ""),
        ("[type=date],[dir=rtl] p{color:red}", "[type=date]{color:red;}"),
        ('[class*=" bt"]{top:0}[class^=badge-]{top:0}', '[class*=" bt"]{top:0;}'),
        ("@media print{.badge{top:0}.btn{top:0}}", "@media print{.btn{top:0;}}"),
        ("@media print{.badge{top:0}}", ""),
        (r".w-1\/2,.btn{top:0!important}", ".btn{top:0!important;}"),
        ("/*! MIT */.btn{/* why */top:0}/* who */", "/*! MIT */.btn{top:0;}"),
        ('.btn{background:url("data:a,{.b}")}', '.btn{background:url("data:a,{.b}");}'),
    ],
)
def test_a_rule_stays_for_the_selectors_that_something_can_fit(sheet, left):
    assert styles.cut(sheet, {".btn", ".card", "[type]"}) == left


def test_a_custom_property_stays_when_something_asks_for_it():
    sheet = (
        ":root{--a:1px;--b:calc(2 * var(--c));--c:2px;--d:var(--e);--e:3px;--ours:4px}"
        ".btn{--f:5px;width:max(var(--a),var(--b))}"
    )

    left = styles.cut(sheet, {".btn", "--ours"})

    assert left == (
        ":root{--a:1px;--b:calc(2 * var(--c));--c:2px;--ours:4px;}"
        ".btn{width:max(var(--a),var(--b));}"
    )


def test_steps_of_an_animation_stay_when_something_moves_by_them():
    sheet = "@keyframes turn{to{rotate:1turn}}@keyframes blink{to{opacity:0}}p{animation:1s turn}"

    assert styles.cut(sheet, set()) == "@keyframes turn{to{rotate:1turn}}p{animation:1s turn;}"
