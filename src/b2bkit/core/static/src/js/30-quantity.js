// Quantities in whole millionths, so that steps never gather dust. Buttons and arrows keep to the step; typing is never rounded.
const SCALE = 1000000n;

const read = (text) => {
  const plain = (text ?? "").replace(/[\s\u00a0\u202f']/g, "").replace(",", ".");
  const found = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(plain);
  return found ? BigInt(found[1]) * SCALE + BigInt((found[2] ?? "").padEnd(6, "0")) : null;
};

const write = (value) => {
  const whole = value / SCALE;
  const part = String(value % SCALE).padStart(6, "0").replace(/0+$/, "");
  return part ? `${whole}${root.lang === "en" ? "." : ","}${part}` : String(whole);
};

/** What is allowed in this stepper: the chosen unit's own numbers win. */
const rules = (box) => {
  const unit = box.querySelector("select")?.selectedOptions[0]?.dataset ?? {};
  const step = read(unit.step ?? box.dataset.qtyStep) || SCALE;
  const least = read(unit.min ?? (unit.step ? unit.step : box.dataset.qtyMin)) ?? step;
  const most = unit.step ? null : read(box.dataset.qtyMax);
  return { step, least, most };
};

const input = (box) => box.querySelector("input[inputmode]");

const put = (field, value) => {
  field.value = write(value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
};

const move = (box, up) => {
  const { step, least, most } = rules(box);
  const field = input(box);
  const now = read(field.value) ?? 0n;
  let next = up ? (now / step) * step + step : ((now + step - 1n) / step) * step - step;
  if (next < least) next = least;
  if (most !== null && next > most) next = (most / step) * step;
  put(field, next);
};

/** An amount with the unit chosen; a package's name asks for no form behind a times sign. */
const said = (box, value) => {
  const unit = (box.querySelector("select")?.selectedOptions[0] ?? box.querySelector(".unit"))?.textContent.trim() ?? "";
  return [write(value), /\d/.test(unit) ? "×" : "", unit].filter(Boolean).join("\u00a0");
};

/**
 * Marks a field with an amount that is not allowed, and says beside it what is, with the nearest amounts as buttons. Where the server is
 * asked what to say (hx-get around the field) it is left to it, as long as it answers.
 */
const check = (box, speaks = !box.closest("[hx-get]")) => {
  const field = input(box);
  const { step, least, most } = rules(box);
  const value = read(field.value);
  const holder = box.closest("[data-qty-row]")?.querySelector("[data-qty-problems]") ?? box.closest(".qty-box") ?? box.parentElement;
  holder.querySelectorAll("[data-qty-says], .err-box").forEach((old) => old.remove());
  const fits = value !== null && value >= least && value % step === 0n && (most === null || value <= most);
  field.toggleAttribute("aria-invalid", !fits);
  if (fits) { field.removeAttribute("aria-invalid"); return; }
  field.setAttribute("aria-invalid", "true");
  if (!speaks) return;
  const below = value === null ? null : (value / step) * step;
  const near = value === null ? [least] : [below, below + step].filter((one) => one >= least && (most === null || one <= most));
  if (value !== null && most !== null && value > most) near.splice(0, near.length, (most / step) * step);
  if (!near.length) near.push(least);
  const says = value === null ? word("number") : value < least ? word("least", { least: said(box, least) })
    : most !== null && value > most ? word("most", { most: said(box, most) }) : word("step", { step: said(box, step) });
  const id = `${field.id}-says`;
  const cures = make("span", { class: "btn-row cures" }, ...near.map((one) => make("button", {
    type: "button", class: "btn btn-s btn-line", "data-cure": field.name, "data-value": write(one),
  }, said(box, one))));
  holder.append(make("div", { class: "err-box", "data-qty-says": "" }, make("p", { class: "err", id, role: "status" }, sign("alert-circle", true), make("span", {}, says)), cures));
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && document.getElementById(one) && one !== id);
  field.setAttribute("aria-describedby", [id, ...others].join(" "));
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-qty-less], [data-qty-more]");
  const box = button?.closest("[data-qty]");
  if (box) move(box, button.hasAttribute("data-qty-more"));
});
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-qty]");
  if (!box || event.target !== input(box) || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(box, event.key === "ArrowUp");
});
document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-qty]");
  if (box) check(box);
});
for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failed, (event) => {
    const box = event.detail.requestConfig?.verb === "get" && event.detail.elt.querySelector("[data-qty]");
    if (box) check(box, true);
  });
}
