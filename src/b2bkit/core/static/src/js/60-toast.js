// Confirms what the person just did, with Undo; never errors. The server sends it in HX-Trigger, pages with data-toast.
const SHOWN = 6000;
const signs = { ok: "circle-check", info: "info-circle", warn: "clock" };

const toast = ({ text, tone = "ok", undo = "" }) => {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const line = make("div", { class: `toast-line tone-${tone}` }, sign(signs[tone] ?? signs.ok), make("span", {}, text));
  if (undo) {
    const button = make("button", { type: "button", class: "btn btn-s btn-line" }, word("undo"));
    button.addEventListener("click", async () => {
      button.disabled = true;
      const answer = await send(undo).catch(() => null);
      line.remove();
      if (answer?.ok || answer?.type === "opaqueredirect") document.dispatchEvent(new CustomEvent("b2b:again"));
      else document.dispatchEvent(new CustomEvent("b2b:problem", { detail: { text: word("lost") } }));
    });
    line.append(button);
  }
  const close = make("button", { type: "button", class: "btn btn-s btn-sq btn-quiet", "aria-label": word("close") }, sign("x"));
  close.addEventListener("click", () => line.remove());
  line.append(close);
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  let timer = setTimeout(() => line.remove(), undo ? SHOWN * 2 : SHOWN);
  line.addEventListener("pointerenter", () => clearTimeout(timer));
  line.addEventListener("focusin", () => clearTimeout(timer));
  line.addEventListener("pointerleave", () => { timer = setTimeout(() => line.remove(), SHOWN); });
};

document.addEventListener("toast", (event) => toast(typeof event.detail.value === "string" ? { text: event.detail.value } : event.detail));
const shown = (within) => within.querySelectorAll("[data-toast]").forEach((one) => {
  toast({ text: one.dataset.toast, tone: one.dataset.tone, undo: one.dataset.undo });
  one.remove();
});
shown(document);
document.addEventListener("htmx:load", (event) => shown(event.detail.elt));
