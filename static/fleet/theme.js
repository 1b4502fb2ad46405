// Runs before the first paint: "auto" follows the system, so that no page flashes in the wrong theme.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  window.fleetApplyTheme = () => {
    const choice = root.dataset.theme;
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.dispatchEvent(new CustomEvent("fleet:theme"));
  };
  window.fleetApplyTheme();
  dark.addEventListener("change", window.fleetApplyTheme);
})();
