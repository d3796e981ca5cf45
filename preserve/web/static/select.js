// Grids with a tick a row: Shift and a click tick everything between, one tick at the top takes the whole page.
"use strict";
(() => {
  for (const form of document.querySelectorAll("[data-grid]")) {
    const ticks = Array.from(form.querySelectorAll("tbody input[type=checkbox]"));
    const all = form.querySelector("[data-all]");
    const count = form.querySelector("[data-count]");
    const help = form.querySelector("[data-script-help]");
    let last = null;
    const show = () => {
      const chosen = ticks.filter((tick) => tick.checked).length;
      for (const tick of ticks) tick.closest("tr").classList.toggle("chosen", tick.checked);
      if (count) count.textContent = String(chosen);
      if (all) { all.checked = chosen > 0 && chosen === ticks.length; all.indeterminate = chosen > 0 && chosen < ticks.length; }
    };
    if (help) help.hidden = false;
    if (all) {
      all.hidden = false;
      all.addEventListener("change", () => { for (const tick of ticks) tick.checked = all.checked; show(); });
    }
    ticks.forEach((tick, place) => {
      tick.addEventListener("click", (event) => {
        if (event.shiftKey && last !== null) {
          for (let at = Math.min(last, place); at <= Math.max(last, place); at += 1) ticks[at].checked = tick.checked;
        }
        last = place;
        show();
      });
      tick.addEventListener("keydown", (event) => {
        const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step) return;
        const next = ticks[place + step];
        if (next) { event.preventDefault(); next.focus(); if (event.shiftKey) { next.checked = tick.checked; show(); } }
      });
    });
    show();
  }
})();
