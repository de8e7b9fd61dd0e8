// A file that the server would not take is told beside its field before it sets out: an upload that is broken off loses what was typed.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.matches?.("input[type=file][data-most-bytes]")) return;
  const most = Number(field.dataset.mostBytes);
  const large = [...field.files].some((file) => file.size > most);
  const id = `${field.id}-large`;
  document.getElementById(id)?.remove();
  field.classList.toggle("is-invalid", large);
  field.setCustomValidity(large ? word("large", { most: String(Math.floor(most / 1000000)) }) : "");
  if (!large) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-errormessage"); return; }
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", id);
  field.after(make("p", { class: "err", id, role: "alert" }, sign("alert-circle", true), make("span", {}, field.validationMessage)));
});
