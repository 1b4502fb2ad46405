// Theme and time zone: chosen in the top bar, kept in a cookie, applied without a reload.
import { remember } from "./words.js";

const root = document.documentElement;
const button = document.querySelector("[data-theme-next]");
const NEXT = { auto: "light", light: "dark", dark: "auto" };

function label() {
  const theme = root.dataset.theme;
  const text = button.dataset[`words${theme[0].toUpperCase()}${theme.slice(1)}`];
  button.title = text;
  button.setAttribute("aria-label", text);
}

if (button) {
  label();
  button.addEventListener("click", () => {
    root.dataset.theme = NEXT[root.dataset.theme];
    remember("fleet_theme", root.dataset.theme);
    window.fleetApplyTheme();
    label();
  });
}

document.querySelector("[data-zone-choice]")?.addEventListener("change", (event) => {
  root.dataset.zone = event.target.value;
  remember("fleet_zone", event.target.value);
  document.dispatchEvent(new CustomEvent("fleet:zone"));
});
