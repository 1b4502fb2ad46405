// Menus: a button opens the list beside it, one at a time. Escape, Tab and a click elsewhere close it.
// One handler for the whole page: nothing is looked for before a menu is asked for.
const OPENER = "[data-bs-toggle=dropdown]";
const FIELDS = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)";
const EDGE = 8; // px that stay free at the window's sides
const TOP = 48; // px under the page's own head
let open = null; // the button of the menu that is shown,
let shown = null; // and the menu: a newer page may have taken one of the two away
let near = null; // the menu under whose button the pointer is

const menuOf = (button) => button.parentElement?.querySelector(".dropdown-menu");
const holds = (node) => open.parentElement?.contains(node) ?? false;
const entries = (menu) => [...menu.querySelectorAll(FIELDS)].filter((entry) => entry.offsetParent);

function close() {
  if (!open) return;
  open.setAttribute("aria-expanded", "false");
  shown.classList.remove("show");
  open = shown = null;
}

// A pointer on its button: the menu is laid out unseen, so that pressing has only to draw it.
function prepare(button) {
  near?.classList.remove("fleet-near");
  near = button && button !== open ? menuOf(button) : null;
  if (!near) return;
  near.dataset.bsPopper = "static";
  near.classList.add("fleet-near");
}

function show(button) {
  close();
  prepare(null);
  const menu = menuOf(button);
  if (!menu) return;
  open = button;
  shown = menu;
  button.setAttribute("aria-expanded", "true");
  menu.style.translate = "";
  menu.dataset.bsPopper = "static"; // what the style sheet places it by
  menu.classList.add("show");
  place(button, menu, menu.getBoundingClientRect());
}

// Inside the window: moved sideways, and above its button where only there is room for it.
function place(button, menu, at) {
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const over = Math.max(at.right - width + EDGE, 0) || Math.min(at.left - EDGE, 0);
  if (over) menu.style.translate = `${-over}px`;
  const room = button.getBoundingClientRect().top - TOP;
  if (at.bottom > height - EDGE && room > at.height) menu.dataset.bsPopper = "above";
}

function walk(event) {
  const all = entries(shown);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (!all.length || event.target.matches("select, input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
  all[(to + all.length) % all.length].focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(OPENER);
  if (button) return button === open ? close() : show(button);
  if (!open) return;
  const stays = open.dataset.bsAutoClose === "outside" || event.target.closest("form");
  if (!(stays && shown.contains(event.target))) close();
});

document.addEventListener("pointerover", (event) => {
  const button = event.target.closest(OPENER);
  if (button || near) prepare(button);
});

// Before everybody else: an Escape that closes a menu means nothing besides.
document.addEventListener(
  "keydown",
  (event) => {
    const arrows = ["ArrowDown", "ArrowUp"].includes(event.key);
    if (!open && arrows && event.target.matches(OPENER)) show(event.target);
    if (!open || !holds(event.target)) return;
    if (event.key === "Escape") {
      const button = open;
      event.preventDefault();
      event.stopPropagation();
      close();
      button.focus();
    } else if (arrows || event.key === "Home" || event.key === "End") {
      walk(event);
    }
  },
  true,
);
document.addEventListener("focusin", (event) => {
  if (open && !holds(event.target)) close();
});
