// htmx: token and idempotency key with each write, one at a time per element, and where a refusal is shown.
const WRITES = new Set(["post", "put", "patch", "delete"]);
const keys = new WeakMap();
const busy = new WeakSet();
const formOf = (element) => element.closest?.("form");
const keyField = (element) => formOf(element)?.querySelector('[name="_key"]');

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers, elt } = event.detail;
  if (!WRITES.has(verb)) return;
  headers["X-CSRF-Token"] = csrf();
  if (keyField(elt)) return;
  if (!keys.has(elt)) keys.set(elt, crypto.randomUUID());
  headers["Idempotency-Key"] = keys.get(elt); // stays the same until an answer has come: sending again does nothing twice
});
// before htmx would queue it: a second press while the first is on its way is no second wish. Another value is one: it is sent once the
// answer to the first has come, whose field of the same id takes it over
const later = new Map(); // id of a form's first field with one -> name and value of each field
document.addEventListener("htmx:confirm", (event) => {
  const { verb, elt, triggeringEvent } = event.detail;
  if (!WRITES.has(verb) || !busy.has(elt)) return;
  event.preventDefault();
  const first = triggeringEvent?.type === "change" && elt.querySelector?.("[id][name]");
  if (first) later.set(first.id, [...elt.elements].filter((field) => field.name && field.type !== "hidden").map((field) => [field.name, field.value]));
});
const sayLater = () => {
  for (const [id, values] of later) {
    const first = document.getElementById(id);
    if (!first?.form || busy.has(first.form)) continue;
    later.delete(id);
    for (const [name, value] of values) if (first.form.elements[name]) first.form.elements[name].value = value;
    first.dispatchEvent(new Event("change", { bubbles: true }));
  }
};
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!WRITES.has(requestConfig.verb)) return;
  busy.add(elt);
  elt.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful, requestConfig } = event.detail;
  if (!WRITES.has(requestConfig.verb)) return;
  busy.delete(elt);
  elt.removeAttribute("aria-busy");
  if (xhr.status) keys.delete(elt);
  const field = keyField(elt);
  if (field && successful) field.value = crypto.randomUUID();
  if (successful) clear(elt);
  if (later.size) setTimeout(sayLater, 100); // the answer is in its place by then
});

// refusals

/** Where a refusal of this element is shown: in its form, else at the head of the page. */
const slotOf = (element) => {
  const form = element ? formOf(element) : null;
  if (!form) return document.getElementById("problems");
  let slot = form.querySelector("[data-problems]");
  if (!slot) { slot = make("div", { "data-problems": "" }); form.prepend(slot); }
  return slot;
};
const clear = (element) => {
  formOf(element)?.querySelector("[data-problems]")?.replaceChildren();
  document.getElementById("problems")?.replaceChildren();
};
const markFields = (slot) => {
  const form = slot.closest("form");
  slot.querySelectorAll("[data-field]").forEach((line, at) => {
    const field = line.dataset.field && form?.querySelector(`[name="${CSS.escape(line.dataset.field)}"]`);
    if (!field) return;
    line.id ||= `p-${Date.now().toString(36)}-${at}`;
    field.classList.add("is-invalid");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${line.id} ${field.getAttribute("aria-describedby") ?? ""}`.trim());
  });
};
const lead = (slot) => {
  markFields(slot);
  slot.firstElementChild?.focus?.({ preventScroll: true });
  slot.scrollIntoView({ block: "nearest" });
};
const say = (element, text) => {
  const slot = slotOf(element);
  slot?.replaceChildren(make("div", { class: "note tone-bad problems", role: "alert", tabindex: "-1" }, make("div", {}, text)));
  if (slot) lead(slot);
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = event.detail;
  if (detail.xhr.status < 400 || !detail.serverResponse.includes("data-problem=")) return;
  const slot = slotOf(detail.requestConfig.elt);
  if (!slot) return;
  detail.shouldSwap = true;
  detail.target = slot;
  detail.swapOverride = "innerHTML";
  detail.selectOverride = "unset";
});
document.addEventListener("htmx:afterSwap", (event) => {
  const slot = event.detail.target;
  if (slot?.matches?.("#problems, [data-problems]")) lead(slot);
  else if (event.detail.xhr?.status === 422) slot?.querySelector?.("[data-focus], [aria-invalid='true']")?.focus({ preventScroll: true });
});
document.addEventListener("htmx:sendError", (event) => say(event.detail.elt, word("lost")));
document.addEventListener("htmx:timeout", (event) => say(event.detail.elt, word("slow")));
document.addEventListener("b2b:problem", (event) => say(null, event.detail.text));

// a thin line on top when an answer takes more than 300 ms
let open = 0;
let timer;
document.addEventListener("htmx:beforeSend", () => {
  open += 1;
  clearTimeout(timer);
  timer = setTimeout(() => { root.dataset.busy = ""; }, 300);
});
document.addEventListener("htmx:afterRequest", () => {
  open = Math.max(0, open - 1);
  if (!open) { clearTimeout(timer); delete root.dataset.busy; }
});
