// Light or dark: changed at once, kept by the server in a cookie, so that the next page arrives in it.
const system = matchMedia("(prefers-color-scheme: dark)");

const shownDark = () => (root.dataset.bsTheme ? root.dataset.bsTheme === "dark" : system.matches);

const show = (theme) => {
  if (theme === "auto") delete root.dataset.bsTheme; else root.dataset.bsTheme = theme;
  const scheme = document.querySelector('meta[name="color-scheme"]');
  if (scheme) scheme.content = theme === "auto" ? "light dark" : theme;
};

const mark = (theme) => {
  for (const button of document.querySelectorAll("[data-theme-form] button[name=theme]")) {
    const toggle = button.closest(".theme") !== null;
    if (toggle) button.value = shownDark() ? "light" : "dark";
    button.setAttribute("aria-pressed", String(toggle ? shownDark() : button.value === theme));
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  show(theme);
  mark(theme);
  send(form.action, { theme, next: location.pathname }).catch(() => { /* the next page comes in the old theme */ });
}, true);
system.addEventListener("change", () => mark(root.dataset.bsTheme ?? "auto"));
mark(root.dataset.bsTheme ?? "auto");
