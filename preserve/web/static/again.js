// A page that waits for something opens itself again until that is there.
"use strict";
(() => {
  const waiting = document.querySelector("[data-again]");
  if (waiting) window.setTimeout(() => window.location.replace(waiting.dataset.again), 1000);
})();
