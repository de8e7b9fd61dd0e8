// The service worker of web push: shows what came, and opens the portal when it is pressed. It stores nothing and answers no requests.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data ? event.data.json() : {};
  } catch {
    said = {};
  }
  const options = { body: said.body || "", tag: said.tag || "", lang: said.lang || "", data: { url: said.url || "/notifications" } };
  event.waitUntil(self.registration.showNotification(said.title || self.location.hostname, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data.url, self.location.origin);
  const address = target.origin === self.location.origin ? target.href : self.location.origin + "/notifications";
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
      const same = open.find((one) => one.url === address);
      return same ? same.focus() : self.clients.openWindow(address);
    }),
  );
});
