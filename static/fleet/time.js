// Writes every <time data-when> in the reader's zone and keeps distances true while the page is open.
import { say, words } from "./words.js";

const root = document.documentElement;
const pad = (number, width = 2) => String(number).padStart(width, "0");

// A device's zone is an IANA name or the vendor's "+08:00"; an offset is applied by hand.
function shifted(at, zone) {
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone || "");
  if (offset) {
    const minutes = (offset[2] * 60 + +offset[3]) * (offset[1] === "-" ? -1 : 1);
    return new Date(at.getTime() + minutes * 60000);
  }
  if (!zone) return at;
  try {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
      hour: "2-digit", minute: "2-digit", second: "2-digit",
    }).formatToParts(at);
    const of = (type) => +parts.find((part) => part.type === type).value;
    return new Date(Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"), at.getMilliseconds()));
  } catch {
    return at; // a zone that this browser does not know: UTC is never wrong
  }
}

export function zoneOf(element) {
  if (root.dataset.zone === "browser") return Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (root.dataset.zone === "device") return element?.closest?.("[data-device-zone]")?.dataset.deviceZone || "";
  return "";
}

export function written(at, zone, { exact = false } = {}) {
  const d = shifted(at, zone);
  const text = `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())} ${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
  return exact ? `${text}.${pad(d.getUTCMilliseconds(), 3)}` : text;
}

function span(seconds) {
  if (seconds < 60) return say("s", seconds);
  if (seconds < 3600) return say("min", Math.floor(seconds / 60));
  if (seconds < 2 * 86400) return say("h", Math.floor(seconds / 3600));
  return say("d", Math.floor(seconds / 86400));
}

export function relative(at, zone) {
  const seconds = Math.round((Date.now() - at.getTime()) / 1000);
  if (Math.abs(seconds) >= 60 * 86400) return written(at, zone).slice(0, 10);
  if (Math.abs(seconds) < 2) return words.now;
  return say(seconds > 0 ? "ago" : "in", span(Math.abs(seconds)));
}

function rewrite(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const zone = zoneOf(element);
  const style = element.dataset.when;
  const text = style === "relative" ? relative(at, zone) : written(at, zone, { exact: style === "exact" });
  if (element.textContent !== text) element.textContent = text;
  element.title = `${written(at, zone, { exact: true })} ${zone || "UTC"}`;
}

export function rewriteAll(within = document) {
  within.querySelectorAll("time[data-when]").forEach(rewrite);
  const label = { utc: "UTC", browser: words.local_zone, device: words.device_zone }[root.dataset.zone];
  within.querySelectorAll("[data-zone-label]").forEach((element) => (element.textContent = label));
}

rewriteAll();
setInterval(() => rewriteAll(), 10000);
document.addEventListener("fleet:zone", () => rewriteAll());
document.addEventListener("htmx:afterSettle", () => rewriteAll());
