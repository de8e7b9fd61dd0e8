// Text in fields marked data-keep outlives an expired session and a lost connection in this tab.
const PREFIX = "b2b-keep:";
const fields = () => [...document.querySelectorAll("[data-keep][name]")].filter((field) => !["password", "hidden", "file"].includes(field.type));
const place = (field) => `${PREFIX}${location.pathname}:${field.form?.id ?? ""}:${field.form?.getAttribute("action") ?? ""}:${field.name}`;
const path = (name) => name.slice(PREFIX.length).split(":")[0];

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-keep][name]")) kept.set(place(event.target), { value: event.target.value, sent: false });
});
document.addEventListener("submit", (event) => {
  for (const field of fields()) {
    if (field.form === event.target && kept.get(place(field))) kept.set(place(field), { value: field.value, sent: true });
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form && event.detail.successful && event.detail.requestConfig.verb !== "get") {
    for (const field of fields()) if (field.form === form) kept.drop(place(field));
  }
});

// what was sent and led to the sign-in page was not done
if (gate) {
  for (const name of kept.names(PREFIX)) { const held = kept.get(name); if (held) kept.set(name, { ...held, sent: false }); }
} else {
  const again = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
  let back = 0;
  for (const field of fields()) {
    const held = kept.get(place(field));
    if (held && (!held.sent || again) && held.value && field.value === field.defaultValue && field.value !== held.value && !field.matches(".is-invalid")) {
      field.value = held.value;
      back += 1;
    }
  }
  for (const name of kept.names(PREFIX)) if (kept.get(name)?.sent && !(again && path(name) === location.pathname)) kept.drop(name);
  if (back) document.addEventListener("DOMContentLoaded", () => document.dispatchEvent(new CustomEvent("toast", { detail: { text: word("kept"), tone: "info" } })));
}
