// The portal's own behaviour. Each file is a scope of its own; they share these few names and speak by events of the document.
const root = document.documentElement;
const gate = document.querySelector(".gate") !== null;
/** The text of shell/words.html in the page's language; `{name}` is filled from values. */
const word = (name, values = {}) => {
  const text = document.getElementById("words")?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
};
const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";
/** An element with attributes and children; strings become text, never markup. */
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
/** What this tab remembers; a closed or full storage forgets. */
const kept = {
  get: (name) => { try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; } },
  set: (name, value) => { try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* full or closed */ } },
  drop: (name) => { try { sessionStorage.removeItem(name); } catch { /* closed */ } },
  names: (prefix) => { try { return Object.keys(sessionStorage).filter((name) => name.startsWith(prefix)); } catch { return []; } },
};
const send = (address, fields = {}) => fetch(address, {
  method: "POST", body: new URLSearchParams(fields), redirect: "manual", keepalive: true, credentials: "same-origin",
  headers: { "X-CSRF-Token": csrf(), "Idempotency-Key": crypto.randomUUID() },
});
/** An icon of the page's sprite; nothing where the page shows none. */
const sign = (name, small = false) => {
  const drawn = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0];
  if (!drawn) return "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", small ? "icon icon-s" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${drawn}#${name}`);
  svg.append(use);
  return svg;
};
