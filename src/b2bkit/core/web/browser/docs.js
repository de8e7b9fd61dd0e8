"use strict";
// Opens the portal's own API document in the viewer; writes get the session's token and a new key each.
const place = document.getElementById("viewer");
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  withCredentials: true,
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes(request.method || "GET")) {
      request.headers["X-CSRF-Token"] = place.dataset.csrf;
      request.headers["Idempotency-Key"] = request.headers["Idempotency-Key"] || crypto.randomUUID();
    }
    return request;
  },
});
