// A ticked value takes effect at once on a desk; in the sheet of a phone several are ticked first, and the counts follow.
const desk = matchMedia("(min-width: 861px)");
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-facets]");
  if (!form) return;
  if (desk.matches) form.requestSubmit();
  else form.dispatchEvent(new CustomEvent("b2b:narrow", { bubbles: true }));
});
// fields that say nothing stay out of the address
document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-facets]");
  form?.querySelectorAll("input[inputmode]").forEach((field) => { field.disabled = !field.value.trim(); });
});
