// Cures, passwords, dialogs, the list of problems; a form is sent once.
document.addEventListener("click", (event) => {
  const cure = event.target.closest("[data-cure]");
  if (cure) {
    const form = cure.closest("form, [data-form]") ?? document;
    const field = form.querySelector(`[name="${CSS.escape(cure.dataset.cure)}"]`);
    if (!field) return;
    field.value = cure.dataset.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const eye = event.target.closest("[data-reveal]");
  if (eye) {
    const field = document.getElementById(eye.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    eye.setAttribute("aria-pressed", String(shown));
    eye.setAttribute("aria-label", word(shown ? "hide" : "show"));
    field.focus();
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-close]") || event.target.matches("dialog")) event.target.closest("dialog")?.close();
  if (event.target.closest("[data-back]")) history.back();
});

// a choice that takes effect at once: <select data-submit>
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});

const release = (form) => {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), 10000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// a field that was wrong stops being called so when it is changed
document.addEventListener("input", (event) => {
  if (event.target.matches(".is-invalid")) { event.target.classList.remove("is-invalid"); event.target.removeAttribute("aria-invalid"); }
});

document.querySelector("[data-focus]")?.focus({ preventScroll: false });
