// Passkeys: <form data-passkey="in|new">. The server asks and checks; here bytes only change their form between JSON and the browser.
const able = Boolean(window.PublicKeyCredential && navigator.credentials);
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const opened = (options) => {
  const found = JSON.parse(options);
  found.challenge = bytes(found.challenge);
  if (found.user) found.user.id = bytes(found.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) found[list] = (found[list] ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  return found;
};

const closed = (credential) => {
  const answer = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) answer[name] = text(credential.response[name]);
  }
  const extensions = credential.getClientExtensionResults();
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer, clientExtensionResults: extensions });
};

const ask = async (form, fields) => {
  const answer = await fetch(form.action, {
    method: "POST", body: new URLSearchParams(fields), credentials: "same-origin",
    headers: { "X-CSRF-Token": csrf(), "Idempotency-Key": crypto.randomUUID(), Accept: "application/json" },
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error((told.problems ?? []).map((one) => one.message ?? one).join(" ") || told.title);
  return told;
};

const run = async (form) => {
  const typed = Object.fromEntries([...new FormData(form)].filter(([name]) => !name.startsWith("_")));
  const { options } = await ask(form, form.dataset.passkey === "in" ? { next: typed.next } : { password: typed.password });
  const wanted = { publicKey: opened(options) };
  let credential = null;
  try {
    credential = await (form.dataset.passkey === "in" ? navigator.credentials.get(wanted) : navigator.credentials.create(wanted));
  } catch { /* the person closed the window, or this device has no key for the portal */ }
  if (!credential) throw new Error(word("no-key"));
  const { next } = await ask(form, { ...typed, ...(typed.password ? { password: "" } : {}), credential: closed(credential) });
  location.assign(next);
};

if (able) {
  document.querySelectorAll("form[data-passkey]").forEach((form) => { form.hidden = false; });
  document.querySelectorAll("[data-passkey-missing]").forEach((line) => { line.hidden = true; });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-passkey]")) return;
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  const problem = form.querySelector("[data-passkey-problem]");
  problem.hidden = true;
  try { await run(form); } catch (error) { problem.textContent = error.message || word("lost"); problem.hidden = false; }
  delete form.dataset.asking;
}, true);
