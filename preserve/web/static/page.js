// What every page has: the focus goes to what went wrong, and a form that was sent is not sent again.
"use strict";
(() => {
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      // A page that is taken from the browser's memory can be sent again.
      window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
      if (form.dataset.stays !== undefined) window.setTimeout(() => { delete form.dataset.sent; }, 2000);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  });
})();
