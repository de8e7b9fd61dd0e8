// The strip that says that there is no network; the page stays usable.
const strip = document.getElementById("offline");
const tellNetwork = () => { if (strip) strip.hidden = navigator.onLine; };
window.addEventListener("online", tellNetwork);
window.addEventListener("offline", tellNetwork);
if (!navigator.onLine) tellNetwork();
