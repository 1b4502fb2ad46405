// From a drawing's points, buckets and gaps to the columns that uPlot takes. No page, no request.
const isNumber = (value) => typeof value === "number";

// Words and switches have places on the axis: the product's own order, then what else was told.
export function places(drawing) {
  if (drawing.kind !== "step") return null;
  const told = [...drawing.points.map((point) => point[1]), ...drawing.buckets.flatMap((one) => [one[4], one[5]])];
  if (told.length > 0 && told.every(isNumber)) return null;
  if (told.some((value) => typeof value === "boolean")) return ["false", "true"];
  return [...new Set([...drawing.options, ...told.map(String)])];
}

const height = (value, labels) => (labels ? labels.indexOf(String(value)) : isNumber(value) ? value : null);

// A gap cuts the line: an empty point at its start. A step holds until the gap, the end, or now.
export function columns(drawing, labels) {
  const band = drawing.buckets.some((one) => one[2] !== null) && !labels;
  const rows = drawing.buckets.length
    ? drawing.buckets.map(([start, end, low, high, , last]) => [(start + end) / 2, height(last, labels), low, high])
    : drawing.points.map(([at, value]) => [at, height(value, labels), null, null]);
  const until = Math.min(drawing.end, drawing.now);
  for (const [start] of drawing.gaps) {
    const held = rows.filter((row) => row[0] < start && row[1] !== null).at(-1);
    if (drawing.kind === "step" && held) rows.push([start - 1, held[1], null, null]);
    rows.push([start, null, null, null]);
  }
  const open = drawing.gaps.some(([start, end]) => start < until && until <= end);
  rows.sort((one, other) => one[0] - other[0]);
  const last = rows.at(-1);
  if (drawing.kind === "step" && last && !open) {
    const value = rows.filter((row) => row[1] !== null).at(-1);
    if (value && value[0] < until) rows.push([until, value[1], null, null]);
  }
  const x = rows.map((row) => row[0] / 1000);
  const y = rows.map((row) => row[1]);
  return band ? [x, y, rows.map((row) => row[2]), rows.map((row) => row[3])] : [x, y];
}
