// Boxes of a table: all at once, and a range with the shift key.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[data-ticks]")) {
    const boxes = Array.from(form.querySelectorAll("tbody input[type=checkbox]"));
    const all = form.querySelector("[data-all]");
    let last = -1;
    boxes.forEach((box, place) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        for (let at = Math.min(last, place); at <= Math.max(last, place); at += 1) boxes[at].checked = box.checked;
      }
      last = place;
    }));
    if (!all) continue;
    all.hidden = false;
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  }
})();
