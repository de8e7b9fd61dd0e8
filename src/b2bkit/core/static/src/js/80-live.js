// Live events carry a kind and an id: parts of the page with hx-trigger="b2b:<kind> from:body" fetch themselves again.
const LONGEST = 60000;
const STANDARD = ["notify", "cart", "order", "erp"];
const tell = (kind, detail = {}) => document.body.dispatchEvent(new CustomEvent(`b2b:${kind}`, { detail }));

/** Kinds that something on this page waits for, and those that the frame always hears. */
const kinds = () => {
  const found = new Set(STANDARD);
  for (const element of document.querySelectorAll('[hx-trigger*="b2b:"]')) {
    for (const [, kind] of element.getAttribute("hx-trigger").matchAll(/b2b:([a-z_-]+)/g)) if (kind !== "reload") found.add(kind);
  }
  return found;
};
const tellAll = () => { tell("reload"); for (const kind of kinds()) tell(kind); };
document.addEventListener("b2b:again", tellAll);

let address = document.body.dataset.live; // says since when: what happened on the way here is told too
if (address && "EventSource" in window) {
  let source = null;
  let heard = new Set();
  let pause = 1000;
  let waiting;
  let ended = false;

  const hear = () => {
    for (const kind of kinds()) {
      if (heard.has(kind)) continue;
      heard.add(kind);
      source.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
    }
  };
  const again = () => {
    source?.close();
    source = null;
    clearTimeout(waiting);
    if (ended) return;
    waiting = setTimeout(() => { if (pause >= 8000) tellAll(); connect(); }, pause + Math.random() * 500); // until it is back, the page asks by itself
    pause = Math.min(pause * 2, LONGEST);
  };
  const connect = () => {
    if (source || ended) return;
    source = new EventSource(address);
    heard = new Set();
    hear();
    source.addEventListener("hello", (event) => { address = JSON.parse(event.data).live; pause = 1000; });
    source.addEventListener("reload", tellAll);
    source.addEventListener("signed-out", () => {
      ended = true;
      again();
      const strip = document.getElementById("offline");
      if (strip) { strip.textContent = word("signed-out"); strip.hidden = false; }
    });
    source.onerror = again;
  };
  connect();
  document.addEventListener("htmx:load", () => { if (source) hear(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !source) { clearTimeout(waiting); connect(); } });
  window.addEventListener("pagehide", () => { source?.close(); source = null; clearTimeout(waiting); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}
