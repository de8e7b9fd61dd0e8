// Pictures of a product, large, over the page: arrows and buttons lead on, Home and End to the ends, Esc closes; the focus goes back.
const linksOf = (gallery) => [...gallery.querySelectorAll("a[href]")];

const showPicture = (gallery, at) => {
  const links = linksOf(gallery);
  const place = (at + links.length) % links.length;
  const dialog = gallery.querySelector("dialog");
  const large = dialog.querySelector("img");
  const words = links[place].querySelector("img").alt;
  large.src = links[place].href;
  large.alt = words;
  dialog.querySelector("figcaption").textContent = links.length > 1 ? `${words} (${place + 1}/${links.length})` : words;
  dialog.dataset.at = String(place);
  return dialog;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-gallery] > a");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const gallery = link.closest("[data-gallery]");
    showPicture(gallery, linksOf(gallery).indexOf(link)).showModal();
  }
  const step = event.target.closest?.("[data-gallery-step]");
  if (step) {
    const dialog = step.closest("dialog");
    showPicture(dialog.closest("[data-gallery]"), Number(dialog.dataset.at) + Number(step.dataset.galleryStep));
  }
});
document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("dialog.gallery[open]");
  const gallery = dialog?.closest("[data-gallery]");
  if (!gallery) return;
  const now = Number(dialog.dataset.at);
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: linksOf(gallery).length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  showPicture(gallery, to);
});
