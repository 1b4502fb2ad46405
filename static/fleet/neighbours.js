// Steps between the devices of the list that was looked at last: "[" and "]", or the links beside the path.
const SHELF = "fleet_last_list";
const nav = document.querySelector("[data-neighbours]");
const table = () => document.getElementById("device-table");

function remember() {
  const devices = [...table().querySelectorAll("[data-select]")].map((box) => box.value);
  sessionStorage.setItem(SHELF, JSON.stringify({ address: location.pathname + location.search, devices }));
}

function offer() {
  const { address, devices } = JSON.parse(sessionStorage.getItem(SHELF) || '{"devices":[]}');
  const at = devices.indexOf(nav.dataset.neighbours);
  if (at < 0) return;
  nav.hidden = false;
  nav.querySelector("[data-neighbours-at]").textContent = `${at + 1} / ${devices.length}`;
  const tab = location.pathname.split("/").slice(3).join("/");
  for (const [name, by] of [["back", -1], ["on", 1]]) {
    const link = nav.querySelector(`[data-neighbour=${name}]`);
    const id = devices[at + by];
    link.hidden = !id;
    if (id) link.href = `/devices/${encodeURIComponent(id)}/${tab}`;
  }
  document.querySelector("[data-last-list]").href = address;
}

if (nav) offer();
else if (table() && location.pathname === "/devices/") {
  remember();
  document.addEventListener("htmx:afterSettle", remember);
}
