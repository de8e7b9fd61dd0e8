// Turning web push on and off in this browser. Without this module the box says that the browser cannot do it.
const WORKER = "/static/webpush/worker.js";
const box = document.querySelector("[data-webpush]");
const part = (name) => box.querySelector(`[data-webpush-${name}]`);

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

function failed(words) {
  const line = part("failed");
  line.querySelector("span").textContent = words;
  line.hidden = false;
}

async function known() {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return registration ? registration.pushManager.getSubscription() : null;
}

function rowOf(subscription) {
  const rows = [...box.querySelectorAll("[data-webpush-row]")];
  return subscription && rows.find((row) => subscription.endpoint.endsWith(row.dataset.webpushRow));
}

async function keep(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await fetch(box.dataset.post, {
    method: "POST",
    headers: {
      "Accept": "application/json",
      "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content,
      "Idempotency-Key": crypto.randomUUID(),
    },
    body: new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  });
  if (answer.ok) return location.reload();
  await subscription.unsubscribe();
  const problem = await answer.json().catch(() => ({}));
  failed((problem.problems && problem.problems[0] && problem.problems[0].message) || problem.detail || String(answer.status));
}

async function start() {
  if ((await Notification.requestPermission()) !== "granted") return show();
  try {
    const registration = await navigator.serviceWorker.register(WORKER);
    const old = await registration.pushManager.getSubscription();
    if (old) await old.unsubscribe(); // it may be of an older key
    await ready(registration);
    const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) };
    await keep(await registration.pushManager.subscribe(options));
  } catch (error) {
    failed(String(error.message || error));
  }
}

function ready(registration) {
  const worker = registration.active || registration.waiting || registration.installing;
  if (worker.state === "activated") return Promise.resolve();
  return new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
}

async function show() {
  part("none").hidden = true;
  part("denied").hidden = Notification.permission !== "denied";
  const subscription = await known();
  const row = rowOf(subscription);
  part("on").hidden = Boolean(row) || Notification.permission === "denied";
  if (!row) return;
  row.querySelector("[data-webpush-this]").hidden = false;
  row.querySelector("form").addEventListener("submit", () => subscription.unsubscribe());
}

if (box && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  box.querySelector("[data-webpush-start]").addEventListener("click", start);
  show();
}
