"use strict";
// The open talk: new messages come as pieces of HTML through the normal guard, on a live event and every half minute without one.
(() => {
  const log = document.getElementById("chat-log");
  const form = document.getElementById("chat-form");
  if (!log || !form) return;
  const lines = log.querySelector(".chat-lines");
  const here = document.getElementById("chat-here");
  const text = form.elements.text;
  const NEWEST = 2000000000;
  const POLL = 30000;
  const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";
  const state = () => document.getElementById("chat-state").dataset;
  const number = (line) => Number(line.dataset.seq);
  const messages = () => [...lines.querySelectorAll("[data-seq]")];
  const last = () => { const all = messages(); return all.length ? number(all[all.length - 1]) : 0; };
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = () => { log.scrollTop = log.scrollHeight; };
  const post = (address, fields) => fetch(address, {
    method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", redirect: "manual", headers: { "X-CSRF-Token": csrf(), "HX-Request": "true" },
  }).catch(() => null);

  /** One line a message, in their order, one day's name above its first message. */
  const tidy = () => {
    const seen = new Set();
    for (const line of messages()) {
      if (seen.has(line.dataset.seq)) line.remove();
      seen.add(line.dataset.seq);
    }
    let day = "";
    for (const line of [...lines.children]) {
      if (line.classList.contains("chat-day") && line.dataset.day === day) line.remove();
      else if (line.dataset.day) day = line.dataset.day;
    }
    if (lines.children.length) log.querySelector(".chat-none")?.remove();
  };
  const marks = () => {
    const { read, readSaid } = state();
    for (const line of lines.querySelectorAll(".me[data-seq]:not([data-read])")) {
      if (number(line) > Number(read)) continue;
      line.dataset.read = "";
      const mark = line.querySelector(".chat-mark");
      const use = mark.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#check$/, "#checks"));
      mark.querySelector("span").textContent = readSaid;
    }
  };
  const stands = (page) => {
    const fresh = page.getElementById("chat-state");
    if (!fresh) return false;
    document.getElementById("chat-state").replaceWith(document.importNode(fresh, true));
    if (here && state().here) here.textContent = (here.dataset.before ?? "") + state().here;
    marks();
    return true;
  };
  const linesOf = (page) => [...page.querySelectorAll("ol > li")].map((line) => document.importNode(line, true));

  /** Puts a piece of the talk below what is there. */
  const take = (html, force = false) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (!page.getElementById("chat-state")) return;
    const follow = force || atEnd();
    lines.querySelector("[data-later]")?.remove();
    lines.append(...linesOf(page));
    tidy();
    stands(page);
    if (follow) toEnd();
    mark();
  };
  const piece = async (query) => {
    const answer = await fetch(`${log.dataset.pieces}?${query}`, { credentials: "same-origin", redirect: "manual", headers: { "HX-Request": "true" } }).catch(() => null);
    return answer?.ok ? answer.text() : "";
  };
  let asking = false;
  let asked = false;
  let moment = Date.now();
  const refresh = async () => {
    if (asking) { asked = true; return; }
    asking = true;
    moment = Date.now();
    const apart = lines.querySelector("[data-later]"); // a place that a search led to: what is new is not joined to it
    const html = await piece(`after=${apart ? NEWEST : last()}`);
    if (html && apart) stands(new DOMParser().parseFromString(html, "text/html"));
    else if (html) take(html);
    asking = false;
    if (asked) { asked = false; refresh(); }
  };
  let marked = 0;
  const mark = () => {
    const upto = last();
    if (document.hidden || !Number(state().unread) || upto <= marked) return;
    marked = upto;
    post(log.dataset.mark, { upto });
  };
  const present = (typing = false) => { if (!document.hidden) post(log.dataset.here, { typing }); };

  lines.addEventListener("click", async (event) => {
    const more = event.target.closest("[data-earlier], [data-later]");
    const reply = event.target.closest("[data-reply]");
    const quote = event.target.closest(".chat-quote");
    if (more) {
      event.preventDefault();
      const back = "earlier" in more.dataset;
      const before = log.scrollHeight - log.scrollTop;
      const html = await piece(back ? `before=${number(messages()[0])}` : `after=${last()}`);
      if (!html) return;
      if (!back) { take(html); return; }
      more.remove();
      lines.prepend(...linesOf(new DOMParser().parseFromString(html, "text/html")));
      tidy();
      log.scrollTop = log.scrollHeight - before;
    } else if (reply) {
      event.preventDefault();
      answers(reply.closest("[data-seq]"));
    } else if (quote) {
      const there = document.getElementById(quote.hash.slice(1));
      if (!there) return;
      event.preventDefault();
      there.scrollIntoView({ block: "center" });
    }
  });
  const strip = document.getElementById("chat-answers");
  const answers = (line) => {
    form.elements.answers.value = line ? line.dataset.seq : "";
    strip.hidden = !line;
    strip.querySelector("span").textContent = line?.querySelector(".bub").textContent.trim().slice(0, 120) ?? "";
    if (line) text.focus();
  };
  strip.querySelector("[data-no-reply]").addEventListener("click", (event) => { event.preventDefault(); answers(null); text.focus(); });

  const files = document.getElementById("chat-files");
  form.elements.files.addEventListener("change", (event) => { files.textContent = [...event.target.files].map((file) => file.name).join(", "); });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt === form) event.detail.parameters.after = lines.querySelector("[data-later]") ? NEWEST : last();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || !event.detail.successful) return;
    if (lines.querySelector("[data-later]")) { location.assign(location.pathname); return; } // from an old place to where it was said
    form.reset();
    files.textContent = "";
    answers(null);
    take(event.detail.xhr.responseText, true);
    text.focus();
  });

  let told = 0;
  text.addEventListener("input", () => {
    if (Date.now() - told < 3000 || !text.value) return;
    told = Date.now();
    present(true);
  });
  const typing = document.querySelector("#chat-typing > span");
  let shown;
  let later;
  /** Whether an event is of this talk. An event without an id comes after a break and is for everybody. */
  const mine = (event) => !event.detail?.id || !log.dataset.talk || event.detail.id.split("/")[0] === log.dataset.talk;
  document.body.addEventListener("b2b:chat-typing", (event) => {
    if (!mine(event) || !event.detail?.id) return;
    typing.hidden = false;
    clearTimeout(shown);
    shown = setTimeout(() => { typing.hidden = true; }, 5000);
  });
  document.body.addEventListener("b2b:chat", (event) => {
    if (!mine(event)) return;
    const [, newest, client, staff] = event.detail?.id?.split("/") ?? [];
    const shows = newest && Number(newest) <= last();
    if (shows && Number(log.dataset.talk ? client : staff) <= Number(state().read)) return;
    if (!shows) typing.hidden = true;
    clearTimeout(later);
    if (shows) later = setTimeout(refresh, 700); // read marks alone may come together
    else refresh();
  });
  setInterval(() => { if (!document.hidden && Date.now() - moment >= POLL) refresh(); }, POLL / 2);
  setInterval(present, 60000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); present(); mark(); } });

  tidy();
  const led = location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1));
  if (led) led.scrollIntoView({ block: "center" });
  else toEnd();
  mark();
  present();
})();
