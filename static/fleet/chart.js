// Draws data points' past: lines for numbers, steps for switches and words, gaps hatched with their reason.
// Several stand below each other on one time axis; dragging over one narrows all of them.
import { say, words } from "./words.js";
import { written, zoneOf } from "./time.js";
import { columns, places } from "./series.js";
import { drawMarks, list, near } from "./marks.js";

const LENGTHS = { "1h": 36e5, "24h": 864e5, "7d": 6048e5, "30d": 2592e6 };
const asked = new URLSearchParams(location.search);
const charts = [];

// What all charts of the page share: a preset that follows the clock, or two moments.
const span = {
  range: LENGTHS[asked.get("range")] ? asked.get("range") : "24h",
  start: Date.parse(asked.get("start") || ""),
  end: Date.parse(asked.get("end") || ""),
  get between() {
    if (this.start < this.end) return [this.start, this.end];
    const now = Date.now();
    return [now - LENGTHS[this.range], now];
  },
};

function show() {
  for (const button of document.querySelectorAll("[data-chart-range]")) {
    const drawn = !(span.start < span.end) && button.dataset.chartRange === span.range;
    if (drawn) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  const address = new URL(location.href);
  address.searchParams.delete("code");
  charts.forEach((one) => address.searchParams.append("code", one.code()));
  address.searchParams.set("range", span.range);
  for (const name of ["start", "end"]) {
    if (span.start < span.end) address.searchParams.set(name, new Date(span[name]).toISOString());
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  document.querySelectorAll("[data-chart-keeps]").forEach((field) => (field.value = span.range));
  charts.forEach((one) => one.load());
}

// Charts share where the pointer is, never a selection: the one under the hand tells the rest.
const follows = (type) => type === "mousemove" || type === "mouseleave";

function between(start, end) {
  span.start = Math.round(start);
  span.end = Math.round(end);
  show();
}

function chart(box) {
  const plotAt = box.querySelector("[data-chart-plot]");
  const foot = box.querySelector("[data-chart-foot]");
  const chooser = box.querySelector("[data-chart-code]");
  let code = chooser.value; // it may have been changed before this ran
  let drawing;
  let plot;
  let latest;

  // A canvas takes only a plain colour: let the browser work the variable out.
  function colour(name) {
    const probe = plotAt.appendChild(document.createElement("i"));
    probe.style.color = `var(${name})`;
    const plain = getComputedStyle(probe).color;
    probe.remove();
    return plain;
  }

  async function load() {
    const [start, end] = span.between.map((at) => new Date(at).toISOString());
    const query = new URLSearchParams({ code, start, end });
    const file = box.querySelector("[data-chart-file]");
    file.href = `${file.dataset.chartFile}&${new URLSearchParams({ code, start, end, event: 7 })}`;
    const together = new URLSearchParams(location.search).get("with");
    if (together) query.set("with", together);
    const mine = (latest = Symbol(code));
    const answer = await fetch(`${box.dataset.chart}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== latest) return; // a newer question is on its way
    if (!answer?.ok) {
      foot.textContent = say("failed", answer?.status ?? "–");
      return;
    }
    drawing = await answer.json();
    draw();
    table();
    marks();
  }

  function hatch(u) {
    const { ctx, bbox } = u;
    ctx.save();
    for (const [start, end] of drawing.gaps) {
      const left = Math.max(u.valToPos(start / 1000, "x", true), bbox.left);
      const right = Math.min(u.valToPos(end / 1000, "x", true), bbox.left + bbox.width);
      if (right - left < 1) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, bbox.top, right - left, bbox.height);
      ctx.clip();
      ctx.strokeStyle = colour("--fleet-warn");
      ctx.globalAlpha = 0.35;
      for (let x = left - bbox.height; x < right; x += 9) {
        ctx.beginPath();
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
        ctx.stroke();
      }
      ctx.restore();
    }
    ctx.restore();
  }

  // What the line alone does not tell of a moment: why nothing is known, and what happened then.
  function reasonAt(u, seconds) {
    const gap = drawing.gaps.find(([start, end]) => start <= seconds * 1000 && seconds * 1000 < end);
    return [gap ? `${words.gap}: ${gap[2]}` : "", near(u, drawing.events, seconds)].filter(Boolean).map((text) => ` · ${text}`).join("");
  }

  function options(labels, band) {
    const width = plotAt.clientWidth - 8;
    const grid = { stroke: colour("--tblr-border-color"), width: 1 };
    const axis = { stroke: colour("--tblr-secondary-color"), grid, ticks: grid };
    const step = drawing.kind === "step";
    const shown = (value) => (value == null ? "–" : labels ? labels[value] ?? value : `${value} ${drawing.unit}`.trim());
    const line = { stroke: colour("--fleet-accent"), width: 1.75, spanGaps: false, points: { show: !band && drawing.points.length < 80, size: 4 } };
    const paths = step ? window.uPlot.paths.stepped({ align: 1 }) : undefined;
    const series = [
      { label: document.querySelector("[data-zone-choice]").selectedOptions[0].text, value: (u, v) => (v == null ? "–" : written(new Date(v * 1000), zoneOf(box)) + reasonAt(u, u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : v)) },
      { ...line, label: drawing.name, paths, value: (u, v) => shown(v) },
    ];
    if (band) {
      const edge = { stroke: "transparent", points: { show: false }, spanGaps: false };
      series.push({ ...edge, label: "min", value: (u, v) => shown(v) }, { ...edge, label: "max", value: (u, v) => shown(v) });
    }
    return {
      width, height: plotAt.clientHeight - 56, series,
      bands: band ? [{ series: [3, 2], fill: colour("--fleet-band") }] : [],
      scales: { x: { time: true, min: drawing.start / 1000, max: drawing.end / 1000 }, y: labels ? { range: [-0.5, labels.length - 0.5] } : {} },
      axes: [{ ...axis, values: clock }, { ...axis, size: labels ? 90 : 60, ...(labels ? { splits: () => labels.map((_, place) => place), values: () => labels } : {}) }],
      tzDate: (seconds) => zoned(seconds),
      cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: "fleet", filters: { sub: follows, pub: follows } } },
      hooks: { drawClear: [hatch], draw: [(u) => drawMarks(u, drawing.events, colour)], setSelect: [(u) => u.select.width > 4 && between(u.posToVal(u.select.left, "x") * 1000, u.posToVal(u.select.left + u.select.width, "x") * 1000)] },
    };
  }

  // Hours of 24, and the date below wherever a new day begins.
  function clock(u, splits, place, space, step) {
    let day = "";
    return splits.map((seconds) => {
      const [date, time] = written(new Date(seconds * 1000), zoneOf(box)).split(" ");
      const label = step >= 86400 ? "" : time.slice(0, step < 60 ? 8 : 5);
      const fresh = date !== day;
      day = date;
      return fresh ? `${label}\n${date.slice(5)}`.trim() : label;
    });
  }

  function zoned(seconds) {
    const zone = zoneOf(box);
    if (/^[+-]/.test(zone)) {
      const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)/.exec(zone);
      return window.uPlot.tzDate(new Date((seconds + (sign === "-" ? -60 : 60) * (hours * 60 + +minutes)) * 1000), "UTC");
    }
    return window.uPlot.tzDate(new Date(seconds * 1000), zone || "UTC");
  }

  function draw() {
    plot?.destroy();
    plotAt.replaceChildren();
    const labels = places(drawing);
    const data = columns(drawing, labels);
    const band = data.length === 4;
    const note = drawing.buckets.length ? say("buckets", drawing.buckets.length) : "";
    foot.textContent = [say("points", drawing.rows), note].filter(Boolean).join(" · ");
    if (data[0].length + drawing.gaps.length + drawing.events.length === 0) {
      plotAt.append(Object.assign(document.createElement("p"), { className: "fleet-chart-none", textContent: words.no_points }));
      return;
    }
    plot = new window.uPlot(options(labels, band), data, plotAt);
    plotAt.dataset.drawn = String(data[0].length);
  }

  function table() {
    const rows = drawing.buckets.length ? drawing.buckets.map(([start, , , , , last]) => [start, last]) : drawing.points;
    const body = document.createElement("table");
    body.className = "fleet-table fleet-tight";
    for (const [at, value] of rows.slice(-500).reverse()) {
      const row = body.insertRow();
      row.insertCell().textContent = written(new Date(at), zoneOf(box), { exact: true });
      row.insertCell().textContent = `${value} ${drawing.unit}`;
    }
    box.querySelector("[data-chart-table]").replaceChildren(body);
  }

  function marks() {
    const write = (at) => written(new Date(at), zoneOf(box));
    const point = (at) => plot?.setCursor({ left: plot.valToPos(at / 1000, "x"), top: 0 });
    list(box.querySelector("[data-chart-events]"), drawing.events, write, point);
  }

  chooser.addEventListener("change", () => {
    code = chooser.value;
    show();
  });
  new ResizeObserver(() => plot?.setSize({ width: plotAt.clientWidth - 8, height: plotAt.clientHeight - 56 })).observe(plotAt);
  for (const name of ["fleet:theme", "fleet:zone"]) document.addEventListener(name, () => drawing && (draw(), marks()));
  charts.push({ load, code: () => code });
}

document.querySelectorAll("[data-chart]").forEach(chart);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-range]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return; // those open the link elsewhere
  event.preventDefault();
  span.range = button.dataset.chartRange;
  span.start = span.end = NaN;
  show();
});
if (charts.length) show();
