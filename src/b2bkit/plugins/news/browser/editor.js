// The editor of posts. Each <textarea data-editor> gets a Quill beside it; without script it stays a field with HTML in it.
"use strict";
(() => {
  const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";
  const formats = ["header", "bold", "italic", "underline", "strike", "list", "blockquote", "link", "image"];

  /** Sends a picture and gives its address; what the server says about one that it does not take becomes the error's words. */
  const sent = async (address, file) => {
    const body = new FormData();
    body.append("file", file);
    const answer = await fetch(address, {
      method: "POST", body, credentials: "same-origin",
      headers: { "X-CSRF-Token": csrf(), "Idempotency-Key": crypto.randomUUID(), Accept: "application/json" },
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.errors?.[0]?.message ?? told.detail ?? String(answer.status));
    return told.address;
  };

  const begin = (field) => {
    const box = document.getElementById(`${field.id}-editor`);
    const bar = document.getElementById(`${field.id}-bar`);
    const said = document.getElementById(`${field.id}-said`);
    const quill = new Quill(box, { formats, modules: { toolbar: false, history: { userOnly: true } } });
    quill.setContents(quill.clipboard.convert({ html: field.value }), "silent"); // pasting would take the focus from where one types
    quill.root.setAttribute("role", "textbox");
    quill.root.setAttribute("aria-multiline", "true");
    quill.root.setAttribute("aria-label", field.dataset.label);
    field.hidden = true;
    bar.hidden = box.hidden = false;

    const store = () => { field.value = quill.getLength() > 1 ? quill.getSemanticHTML() : ""; };
    quill.on("text-change", () => { store(); field.dispatchEvent(new Event("input", { bubbles: true })); });

    const show = () => {
      const range = quill.getSelection(); // asked without one, for its format, it would take the focus
      const now = range ? quill.getFormat(range) : {};
      for (const button of bar.querySelectorAll("[data-format]")) {
        const value = now[button.dataset.format];
        const on = button.dataset.value ? String(value) === button.dataset.value : Boolean(value);
        button.setAttribute("aria-pressed", String(on));
      }
    };
    quill.on("selection-change", show);
    quill.on("text-change", show);

    const link = (button) => {
      const range = quill.getSelection(true);
      const before = quill.getFormat(range).link ?? "";
      const panel = document.getElementById(`${field.id}-link`);
      const input = panel.querySelector("input");
      input.value = before;
      panel.hidden = false;
      input.focus();
      const end = () => { panel.hidden = true; quill.setSelection(range); };
      panel.querySelector("[data-put]").onclick = () => {
        const address = input.value.trim();
        const whole = /^[\w-]+\.[\w.-]+/.test(address) ? `https://${address}` : address;
        if (range.length) quill.formatText(range.index, range.length, "link", whole || false, "user");
        else if (whole) quill.insertText(range.index, whole, "link", whole, "user");
        end();
      };
      panel.querySelector("[data-drop]").onclick = () => { quill.formatText(range.index, range.length, "link", false, "user"); end(); };
      input.onkeydown = (event) => {
        if (event.key === "Enter") { event.preventDefault(); panel.querySelector("[data-put]").click(); }
        if (event.key === "Escape") { end(); button.focus(); }
      };
    };

    const picture = () => {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = "image/*";
      input.addEventListener("change", async () => {
        if (!input.files[0]) return;
        said.textContent = field.dataset.sending;
        try {
          const address = await sent(field.dataset.pictures, input.files[0]);
          const { index } = quill.getSelection(true);
          quill.insertEmbed(index, "image", address, "user");
          quill.setSelection(index + 1);
          said.textContent = "";
        } catch (error) { said.textContent = error.message; }
      });
      input.click();
    };

    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { format, value, act } = button.dataset;
      if (act === "undo") quill.history.undo();
      else if (act === "redo") quill.history.redo();
      else if (format === "link") link(button);
      else if (format === "image") picture();
      else {
        quill.focus();
        const now = quill.getFormat()[format];
        quill.format(format, value ? (String(now) === value ? false : value) : !now, "user");
      }
      show();
    });
  };

  for (const field of document.querySelectorAll("textarea[data-editor]")) begin(field);
})();
