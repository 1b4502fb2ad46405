// Menus: a button opens the list beside it, one at a time. Escape, Tab and a click elsewhere close it.
// One handler for the whole page: nothing is looked for before a menu is asked for.
const OPENER = "[data-bs-toggle=dropdown]";
const FIELDS = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)";
const EDGE = 8; // px that stay free at the window's sides
let open = null; // the button of the menu that is shown

const menuOf = (button) => button.parentElement.querySelector(".dropdown-menu");
const entries = (menu) => [...menu.querySelectorAll(FIELDS)].filter((entry) => entry.offsetParent);

function close() {
  if (!open) return;
  open.setAttribute("aria-expanded", "false");
  menuOf(open)?.classList.remove("show");
  open = null;
}

function show(button) {
  close();
  open = button;
  const menu = menuOf(button);
  button.setAttribute("aria-expanded", "true");
  menu.style.translate = "";
  menu.dataset.bsPopper = "static"; // what the style sheet places it by
  menu.classList.add("show");
  const place = menu.getBoundingClientRect();
  const over = Math.max(place.right - document.documentElement.clientWidth + EDGE, 0) || Math.min(place.left - EDGE, 0);
  if (over) menu.style.translate = `${-over}px`;
}

function walk(event) {
  const all = entries(menuOf(open));
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
  if (!(stays && menuOf(open)?.contains(event.target))) close();
});

// Before everybody else: an Escape that closes a menu means nothing besides.
document.addEventListener(
  "keydown",
  (event) => {
    const arrows = ["ArrowDown", "ArrowUp"].includes(event.key);
    if (!open && arrows && event.target.matches(OPENER)) show(event.target);
    if (!open?.parentElement.contains(event.target)) return;
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
  if (open && !open.parentElement.contains(event.target)) close();
});
