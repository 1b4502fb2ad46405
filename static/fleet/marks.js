// Events on a chart's time axis: a thin line with a sign, its words under the pointer, and a list for the keyboard.
const SIGNS = { 1: "▲", 2: "▼", 3: "★", 4: "⟲", 5: "➤", 6: "⇧", 9: "↻", 10: "◷", "-1": "✎", "-2": "?", "-3": "↩", "-4": "✕", "-5": "!", "-6": "⊘", "-7": "⊙" };
const TONES = { 1: "--fleet-good", 4: "--fleet-bad", "-4": "--fleet-bad", "-5": "--fleet-bad" };
const NEAR = 6; // px from the pointer
const APART = 14; // px between two signs that can be read

export const sign = (event) => SIGNS[event[1]] || "●";

export function drawMarks(u, events, colour) {
  const { ctx, bbox } = u;
  const ratio = window.devicePixelRatio || 1;
  let last = -Infinity;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const event of events) {
    const x = Math.round(u.valToPos(event[0] / 1000, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = ctx.fillStyle = colour(TONES[event[1]] || "--tblr-secondary-color");
    ctx.globalAlpha = 0.55;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + 14 * ratio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    if (x - last < APART * ratio) continue;
    ctx.fillText(sign(event), x, bbox.top + ratio);
    last = x;
  }
  ctx.restore();
}

// What lies under the pointer, in words.
export function near(u, events, seconds) {
  const here = u.valToPos(seconds, "x");
  const close = events.filter((event) => Math.abs(u.valToPos(event[0] / 1000, "x") - here) <= NEAR);
  return close.slice(0, 3).map((event) => `${sign(event)} ${event[2]}`).join(" · ");
}

// The same as buttons, newest first; one that is reached moves the chart's pointer to its moment.
export function list(box, events, write, point) {
  if (!box) return;
  box.hidden = events.length === 0;
  box.querySelector("[data-chart-count]").textContent = String(events.length);
  const items = [...events].reverse().map((event) => {
    const item = document.createElement("li");
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "fleet-mark";
    button.textContent = `${sign(event)} ${write(event[0])} ${event[2]}`;
    for (const name of ["focus", "mouseenter"]) button.addEventListener(name, () => point(event[0]));
    return item;
  });
  box.querySelector("ol").replaceChildren(...items);
}
