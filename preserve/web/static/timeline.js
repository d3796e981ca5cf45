// Recordings of several devices in step: one clock, and each recording plays where the clock is within it.
"use strict";
(() => {
  const line = document.querySelector("[data-line]");
  if (!line) return;
  const whole = Number(line.dataset.length);
  const place = line.querySelector("[data-place]");
  const clock = line.querySelector("[data-clock]");
  const began = clock.textContent.trim();
  const first = new Date(`${began.replace(" ", "T")}Z`).getTime();
  const recordings = Array.from(line.querySelectorAll("[data-recording]"), (box) => ({
    box, player: box.querySelector("video, audio"), start: Number(box.dataset.start), length: Number(box.dataset.length),
  }));
  let at = 0, running = false, last = 0;
  const show = () => {
    place.value = String(at);
    const moment = new Date(first + at * 1000);
    if (!Number.isNaN(moment.getTime())) clock.textContent = moment.toISOString().slice(0, 19).replace("T", " ");
    for (const needle of line.querySelectorAll("[data-needle]")) needle.setAttribute("x", String(at / whole * 998));
  };
  const step = () => {
    for (const one of recordings) {
      const within = at - one.start;
      const here = within >= 0 && within < one.length;
      one.box.classList.toggle("aside", !here);
      if (!here || !running) { if (!one.player.paused) one.player.pause(); }
      if (!here) continue;
      if (running && one.player.paused && !one.player.error) { const begun = one.player.play(); if (begun) begun.catch(() => {}); }
      if (one.player.readyState > 0 && !one.player.seeking && Math.abs(one.player.currentTime - within) > 0.3) one.player.currentTime = within;
    }
  };
  const tick = (moment) => {
    if (running) {
      // The line waits for a recording that is not there yet: what plays stays in step.
      const slow = recordings.some((one) => at >= one.start && at < one.start + one.length - 0.5 && !one.player.error && one.player.readyState < 3);
      if (!slow) at += Math.min(0.5, (moment - last) / 1000);
      if (at >= whole) { at = whole; running = false; }
      show(); step();
      window.requestAnimationFrame(tick);
    }
    last = moment;
  };
  const to = (seconds) => { at = Math.max(0, Math.min(whole, seconds)); show(); step(); };
  line.querySelector("[data-play]").addEventListener("click", () => {
    if (running) return;
    if (at >= whole) at = 0;
    running = true; last = performance.now(); step(); window.requestAnimationFrame(tick);
  });
  line.querySelector("[data-pause]").addEventListener("click", () => { running = false; step(); });
  place.addEventListener("input", () => to(Number(place.value)));
  // Where somebody speaks next, whoever's device heard it.
  for (const button of line.querySelectorAll("[data-heard]")) button.addEventListener("click", () => {
    const begins = button.dataset.heard.split(" ").map(Number);
    const next = begins.find((begin) => begin > at + 0.5);
    if (next !== undefined) to(next);
  });
  for (const lane of line.querySelectorAll("[data-lane]")) lane.addEventListener("click", (event) => {
    const box = lane.getBoundingClientRect();
    to((event.clientX - box.left) / box.width * whole);
  });
  for (const button of line.querySelectorAll("[data-to]")) button.addEventListener("click", () => to(Number(button.dataset.to)));
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, button, a, video, audio")) return;
    const key = event.key.toLowerCase();
    if (key === " " || key === "k") { event.preventDefault(); line.querySelector(running ? "[data-pause]" : "[data-play]").click(); }
    if (key === "j") to(at - 10);
    if (key === "l") to(at + 10);
  });
  show(); step();
})();
