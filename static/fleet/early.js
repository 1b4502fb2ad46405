// What is pressed, ticked or chosen while the page's scripts are still on their way is not lost: it is
// told to them as soon as all have run. Stands in the head, and runs before there is anything to press.
(() => {
  const pressed = new Set();
  const chosen = new Map(); // fields, and whether they were ticked

  // Links and forms need no script; what does is a plain button, or a field that acts at once.
  const press = (event) => pressed.add(event.target.closest("button[type=button]"));
  const choose = ({ target }) => chosen.set(target, target.checked);

  function tell() {
    for (const button of pressed) button?.click();
    for (const [field, ticked] of chosen) {
      field.checked = ticked;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  document.addEventListener("click", press, true);
  document.addEventListener("change", choose, true);
  document.addEventListener("DOMContentLoaded", () => {
    document.removeEventListener("click", press, true);
    document.removeEventListener("change", choose, true);
    setTimeout(tell); // htmx begins at this same event
  });
})();
