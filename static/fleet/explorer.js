// The log explorer: a brush over the histogram, folds that open, and a pause of the live tail.
const NEAR = 4; // px: less is a click on one column

function address(first, last) {
  const written = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19);
  const here = new URL(location.href);
  for (const name of ["before", "after", "at"]) here.searchParams.delete(name);
  here.searchParams.set("start", written(Math.min(first.dataset.start, last.dataset.start)));
  here.searchParams.set("end", written(Math.max(first.dataset.end, last.dataset.end)));
  return here;
}

function brush(chart) {
  chart.dataset.brush = "on";
  const columns = [...chart.querySelectorAll("a")];
  const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  shade.setAttribute("class", "explorer-brush");
  shade.setAttribute("height", "100");
  let from = null;
  let dragged = false;

  const place = (event) => {
    const box = chart.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(Math.max(Math.floor(share * columns.length), 0), columns.length - 1);
  };

  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = { column: place(event), x: event.clientX };
    dragged = false;
  });
  chart.addEventListener("pointermove", (event) => {
    if (!from || Math.abs(event.clientX - from.x) < NEAR) return;
    if (!dragged) chart.setPointerCapture(event.pointerId);
    dragged = true;
    const to = place(event);
    shade.setAttribute("x", Math.min(from.column, to));
    shade.setAttribute("width", Math.abs(to - from.column) + 1);
    chart.append(shade);
  });
  chart.addEventListener("pointerup", (event) => {
    if (from && dragged) location.assign(address(columns[from.column], columns[place(event)]));
    from = null;
  });
  chart.addEventListener("pointercancel", () => {
    from = null;
    shade.remove();
  });
  chart.addEventListener("dragstart", (event) => event.preventDefault()); // the columns are links
  chart.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}

// What is counted comes after the rows.
const brushAll = () => document.querySelectorAll('[data-brush=""]').forEach(brush);
document.addEventListener("htmx:afterSettle", brushAll);
brushAll();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (!button) return;
  const rows = document.querySelectorAll(`[data-inside="${button.dataset.unfold}"]`);
  const open = button.getAttribute("aria-expanded") !== "true";
  rows.forEach((row) => (row.hidden = !open));
  button.setAttribute("aria-expanded", String(open));
});

const pause = document.querySelector("[data-live-pause]");
pause?.addEventListener("click", () => {
  const hold = document.querySelector("[data-live-hold]");
  const paused = hold.toggleAttribute("data-live-paused");
  pause.setAttribute("aria-pressed", String(paused));
  pause.querySelector("[data-when-live]").hidden = paused;
  pause.querySelector("[data-when-paused]").hidden = !paused;
});
