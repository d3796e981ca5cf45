// While somebody listens: the time of the player goes into the form, where the preamble or an explanation is spoken.
"use strict";
const player = document.getElementById("player"), marks = document.getElementById("marks"), cannot = document.getElementById("cannot");
if (player) {
  player.addEventListener("error", () => { cannot.textContent = player.dataset.cannot; cannot.hidden = false; });
}
if (player && marks) {
  marks.hidden = false;
  const code = () => {
    const all = Math.floor(player.currentTime), two = (n) => String(n).padStart(2, "0");
    return `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  };
  const field = (name) => document.getElementById(`f-${name}`);
  for (const button of marks.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const time = code();
      if (button.dataset.mark === "preamble") {
        field("preamble").value = "yes";
        const note = field("note"), told = button.dataset.word.replace("{time}", time);
        note.value = note.value ? `${note.value}\n${told}` : told;
        document.getElementById("marked").textContent = told;
      } else {
        field("spoken_explanation").value = time;
        document.getElementById("marked").textContent = time;
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, button, a, video, audio")) return;
    const step = { j: -10, l: 10, ",": -1, ".": 1 }[event.key];
    if (step) player.currentTime = Math.max(0, player.currentTime + step);
    else if (event.key === "k" || event.key === " ") { event.preventDefault(); if (player.paused) player.play(); else player.pause(); }
  });
}
