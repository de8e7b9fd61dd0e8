// A search field with suggestions: htmx fetches them, arrows choose, Enter goes there, Esc closes; without a choice Enter searches as ever.
const options = (field) => [...(document.getElementById(field.getAttribute("aria-owns"))?.querySelectorAll("[role=option]") ?? [])];
const chosen = (field) => options(field).find((one) => one.getAttribute("aria-selected") === "true");
const choose = (field, option) => {
  options(field).forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
  else field.removeAttribute("aria-activedescendant");
};
const close = (field) => {
  document.getElementById(field.getAttribute("aria-owns"))?.replaceChildren();
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
};
document.addEventListener("htmx:afterSwap", (event) => {
  const field = document.querySelector(`[role=combobox][aria-owns="${CSS.escape(event.detail.target.id ?? "")}"]`);
  if (!field || !event.detail.target.id) return;
  if (document.activeElement !== field) { close(field); return; }
  field.setAttribute("aria-expanded", String(options(field).length > 0));
  field.removeAttribute("aria-activedescendant");
});
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[role=combobox]");
  if (!field) return;
  const all = options(field);
  if (event.key === "Escape" && all.length) { event.preventDefault(); close(field); }
  if (event.key === "Enter" && chosen(field)) { event.preventDefault(); location.assign(chosen(field).dataset.href); }
  if (!all.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  const at = all.indexOf(chosen(field));
  choose(field, event.key === "ArrowDown" ? all[(at + 1) % all.length] : all[(at < 1 ? all.length : at) - 1]);
});
// a press would take the focus and close the box before the click comes
document.addEventListener("mousedown", (event) => { if (event.target.closest?.(".suggest")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const option = event.target.closest?.(".suggest [role=option]");
  if (option) location.assign(option.dataset.href);
});
document.addEventListener("focusout", (event) => { if (event.target.matches?.("[role=combobox]")) close(event.target); });
