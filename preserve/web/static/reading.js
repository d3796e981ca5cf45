// Playing one recording: keys, jumping by strip, marks and transcript, and what is said when it cannot go on.
"use strict";
(() => {
  const follow = (key) => { const link = document.querySelector(`a[data-key="${key}"]`); if (link) link.click(); };
  const room = document.querySelector("[data-player]");
  const player = room && room.querySelector("video, audio");
  const typing = (event) => event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
  if (!player) {
    document.addEventListener("keydown", (event) => { if (!typing(event) && (event.key === "n" || event.key === "p")) follow(event.key); });
    return;
  }
  const one = (name) => room.querySelector(`[data-${name}]`);
  const jump = one("jump"), needle = one("needle"), now = one("now"), waiting = one("waiting");
  const frame = 1 / 25;
  let length = 0;
  const whole = () => (Number.isFinite(player.duration) && player.duration > 0 ? player.duration : length);
  const begin = () => { const started = player.play(); if (started) started.catch(() => {}); };
  const to = (seconds, play) => {
    const target = Math.max(0, whole() ? Math.min(seconds, whole()) : seconds);
    if (player.readyState > 0) { player.currentTime = target; if (play) begin(); return; }
    player.addEventListener("loadedmetadata", () => { player.currentTime = target; if (play) begin(); }, { once: true });
    if (play) begin(); else { player.preload = "metadata"; player.load(); }
  };
  const toggle = () => { if (player.paused) begin(); else player.pause(); };

  player.addEventListener("contextmenu", (event) => event.preventDefault());
  player.addEventListener("timeupdate", () => {
    if (needle && whole()) needle.setAttribute("x", String(player.currentTime / whole() * 998));
    if (now && document.activeElement !== now) now.value = player.currentTime.toFixed(1);
    let last = null;
    for (const button of room.querySelectorAll(".transcript [data-at]")) {
      button.parentElement.classList.remove("here");
      if (Number(button.dataset.at) <= player.currentTime) last = button.parentElement;
    }
    if (last) last.classList.add("here");
  });
  player.addEventListener("error", async () => {
    // The server is asked why: a copy that was found altered is not sent any more.
    let sent = false;
    try { sent = (await fetch(player.src, { method: "HEAD", credentials: "same-origin" })).ok; } catch { sent = false; }
    one(sent ? "cannot" : "stopped").hidden = false;
  });
  if (jump) jump.addEventListener("click", (event) => {
    const box = jump.getBoundingClientRect();
    if (whole()) to((event.clientX - box.left) / box.width * whole(), true);
  });
  for (const button of room.querySelectorAll("[data-at]")) button.addEventListener("click", () => to(Number(button.dataset.at), true));

  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === " " && event.target.closest("button, a, summary, video, audio")) return;
    const deeds = {
      " ": toggle, k: toggle,
      j: () => to(player.currentTime - 10, !player.paused), l: () => to(player.currentTime + 10, !player.paused),
      ",": () => { player.pause(); to(player.currentTime - frame, false); }, ".": () => { player.pause(); to(player.currentTime + frame, false); },
      m: () => { if (now) { now.value = player.currentTime.toFixed(1); document.getElementById("f-note").focus(); } },
      n: () => follow("n"), p: () => follow("p"),
      "?": () => { const keys = one("keys"); keys.open = !keys.open; },
    };
    if (deeds[key]) { event.preventDefault(); deeds[key](); }
  });

  const strip = async () => {
    const answer = await fetch(room.dataset.strip, { credentials: "same-origin" });
    return answer.ok ? answer.json() : null;
  };
  const draw = (told) => {
    length = told.length || length;
    if (told.state !== "ready") return;
    for (const picture of jump.querySelectorAll("img[data-part]")) {
      const there = picture.dataset.part === "wave" ? told.wave : told.moments.length > 0;
      if (there && !picture.src) { picture.src = `${room.dataset.strip}/${picture.dataset.part}`; picture.hidden = false; }
    }
    if (told.moments.length > 0 && player.tagName === "VIDEO" && !player.poster) player.poster = `${room.dataset.strip}/poster`;
    jump.hidden = false;
  };
  const ask = async (left) => {
    let told = null;
    try { told = await strip(); } catch { told = null; }
    if (told) draw(told);
    if (told && told.state !== "waiting") { if (waiting) waiting.hidden = true; return; }
    if (left > 0) window.setTimeout(() => ask(left - 1), 2000);
  };
  ask(room.dataset.state === "waiting" ? 300 : 0);
})();
