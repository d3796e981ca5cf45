// Drawing redactions: a box by the mouse or by numbers, ranges on the time line, lines of a text; undo, redo, and each
// stroke saved in the draft. What is saved are rows of the plan (docs/redaction.md); the original is only looked at.
"use strict";
(() => {
  const form = document.getElementById("redact");
  if (!form) return;
  const state = JSON.parse(form.dataset.state);
  const told = document.getElementById("told"), list = document.getElementById("rows");
  const stage = document.getElementById("stage"), boxes = document.getElementById("boxes");
  const sheet = document.getElementById("sheet"), pageField = document.getElementById("page");
  const player = document.getElementById("player"), text = document.getElementById("text");
  const from = document.getElementById("from"), to = document.getElementById("to");
  const KEYS = ["object", "what", "pages", "lines", "left", "top", "width", "height", "unit", "begin", "end", "reason", "article", "name", "found", "confirmed"];
  const PLACE = ["what", "pages", "lines", "left", "top", "width", "height", "begin", "end"];
  let rows = state.rows, mistakes = state.mistakes, revision = state.revision;
  let past = [], future = [], current = -1, page = 1, broken = false, redrawing = -1;

  // --- rows and their history
  const copy = () => rows.map((row) => ({ ...row }));
  const mine = () => rows.map((row, at) => [row, at]).filter(([row]) => row.object === state.object);
  const change = (how) => { past.push(copy()); if (past.length > 200) past.shift(); future = []; how(); show(); save(); };
  const turn = (out, into) => { if (!out.length) return; into.push(copy()); rows = out.pop(); current = -1; show(); save(); };
  const fresh = (values) => {
    const last = mine().pop();
    const row = Object.fromEntries(KEYS.map((key) => [key, ""]));
    return { ...row, object: state.object, reason: last ? last[0].reason : state.reason, article: last ? last[0].article : state.article,
      name: last ? last[0].name : "", ...values };
  };
  const add = (values) => change(() => { rows.push(fresh(values)); current = rows.length - 1; });
  // What a machine drafted counts when a person has said yes to it; whoever moves it has looked.
  const waits = (row) => Boolean(row.found) && row.confirmed === "no";
  const moved = (row) => { if (row.found) row.confirmed = "changed"; };
  const firstWay = () => document.getElementById("row").content.querySelector("select").value;

  // --- saving, one after the other
  let waiting = 0, running = false, wanted = false;
  const save = () => { window.clearTimeout(waiting); told.textContent = form.dataset.saving; form.dataset.status = "saving"; waiting = window.setTimeout(send, 250); };
  const send = async () => {
    if (broken) return;
    if (running) { wanted = true; return; }
    running = true;
    try {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, revision: String(revision), rows: JSON.stringify(rows) });
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
      if (answer.ok) {
        ({ revision, mistakes } = await answer.json());
        told.textContent = mistakes.length ? form.dataset.unfinished : form.dataset.saved;
        form.dataset.status = "saved";
        showMistakes();
      } else {
        broken = answer.status === 412 || answer.status === 409;
        told.textContent = broken ? form.dataset.changed : `${form.dataset.failed} (${answer.status})`;
        form.dataset.status = "failed";
      }
    } catch (error) {
      told.textContent = form.dataset.failed;
      form.dataset.status = "failed";
      window.setTimeout(send, 5000);
    } finally {
      running = false;
      if (wanted) { wanted = false; send(); }
    }
  };
  window.addEventListener("beforeunload", (event) => { if (form.dataset.status === "saving") event.preventDefault(); });

  // --- the list beside
  const fits = { box: ["pages", "left", "top", "width", "height", "unit"], pages: ["pages"], lines: ["lines"],
    blur: ["left", "top", "width", "height", "unit"], mute: [], "blur-mute": ["left", "top", "width", "height", "unit"] };
  const shows = (row) => state.kind === "recording" ? ["begin", "end", ...(fits[row.what] || []).filter((key) => key !== "pages")]
    : (fits[row.what] || []).filter((key) => key !== "pages" || state.kind === "pdf" || state.pages.length > 1);
  const showRows = () => {
    list.textContent = "";
    showWaiting();
    mine().forEach(([row, at], place) => {
      const made = document.getElementById("row").content.cloneNode(true), box = made.querySelector("fieldset");
      box.dataset.at = String(at);
      box.classList.toggle("now", at === current);
      made.querySelector("legend").textContent = form.dataset.nth.replace("#", String(place + 1));
      const machine = made.querySelector(".machine");
      machine.hidden = !row.found;
      if (row.found) {
        const said = form.dataset[waits(row) ? "drafted" : "accepted"].replace("#", state.found[row.found]);
        machine.querySelector("span").textContent = row.sure ? `${said} ${form.dataset.sure}` : said;
        machine.querySelector("[data-do=accept]").hidden = !waits(row);
        machine.querySelector("[data-do=redraw]").hidden = !row.width || !stage;
        box.classList.toggle("drafted", waits(row));
      }
      const wantedFields = shows(row);
      for (const label of made.querySelectorAll("[data-for]")) label.hidden = !wantedFields.includes(label.dataset.for);
      made.querySelector(".unit").textContent = row.unit;
      for (const field of made.querySelectorAll("input, select")) field.value = row[field.name];
      list.append(made);
    });
    showMistakes();
  };
  const showMistakes = () => {
    for (const box of list.children) {
      const here = mistakes.filter((one) => one.row === Number(box.dataset.at) + 1);
      const ul = box.querySelector(".mistakes");
      ul.textContent = "";
      for (const one of here) { const li = document.createElement("li"); li.textContent = one.words; ul.append(li); }
      for (const field of box.querySelectorAll("input, select")) {
        const key = { begin: "from", end: "to" }[field.name] || field.name;
        const wrong = here.some((one) => one.key === key);
        if (wrong) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
      }
    }
  };
  list.addEventListener("change", (event) => {
    const box = event.target.closest("[data-at]");
    if (!box) return;
    const at = Number(box.dataset.at), { name, value } = event.target;
    const keep = document.activeElement && document.activeElement.name;
    change(() => {
      // A file is given under one name.
      if (name === "name") for (const [row] of mine()) row.name = value;
      else rows[at][name] = value.trim();
      if (PLACE.includes(name)) moved(rows[at]);
      if (name === "what") {
        for (const key of ["pages", "lines", "left", "top", "width", "height", "begin", "end"]) if (!shows(rows[at]).includes(key)) rows[at][key] = "";
        rows[at].unit = shows(rows[at]).includes("unit") && rows[at].width ? unit() : "";
      }
      if (["left", "top", "width", "height"].includes(name) && value.trim() && !rows[at].unit) rows[at].unit = unit();
      current = at;
    });
    const again = keep && list.querySelector(`[data-at="${at}"] [name="${keep}"]`);
    if (again) again.focus();
  });
  list.addEventListener("focusin", (event) => {
    const box = event.target.closest("[data-at]");
    if (!box || Number(box.dataset.at) === current) return;
    current = Number(box.dataset.at);
    for (const one of list.children) one.classList.toggle("now", one === box);
    const row = rows[current];
    if (sheet && /^\d+$/.test(row.pages)) go(Number(row.pages)); else showMarks();
    if (from && row.begin !== "") { from.value = seconds(row.begin); to.value = seconds(row.end); }
  });
  list.addEventListener("click", (event) => {
    const how = event.target.dataset.do;
    if (!["drop", "accept", "redraw"].includes(how)) return;
    const at = Number(event.target.closest("[data-at]").dataset.at);
    if (how === "redraw") { redrawing = at; told.textContent = form.dataset.redraw; return; }
    change(() => { if (how === "accept") rows[at].confirmed = "yes"; else { rows.splice(at, 1); current = -1; } });
    redrawing = -1;
    const next = how === "accept" && mine().find(([row, place]) => place > at && waits(row));
    const field = next && list.querySelector(`[data-at="${next[1]}"] [data-do=accept]`);
    (field || form.querySelector("[data-do=undo]")).focus();
  });

  // --- what a machine drafted
  const waiting_ = document.getElementById("unconfirmed"), all = form.querySelector("[data-do=accept-page]");
  const onPage = () => mine().filter(([row]) => waits(row) && covers(row.pages));
  const showWaiting = () => {
    const count = mine().filter(([row]) => waits(row)).length;
    if (waiting_) waiting_.textContent = count ? form.dataset.unconfirmed.replace("#", String(count)) : "";
    // All of a page at once only when the page was there to be looked at.
    if (all) all.disabled = !(sheet && sheet.complete && sheet.naturalWidth && sheet.dataset.of === String(page) && onPage().length);
  };
  if (sheet) sheet.addEventListener("load", () => { sheet.dataset.of = String(page); showWaiting(); });
  const propose = async () => {
    if (broken || running || form.dataset.status === "saving") { window.setTimeout(propose, 200); return; }
    running = true;
    told.textContent = form.dataset.saving;
    try {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, revision: String(revision) });
      const answer = await fetch(form.dataset.propose, { method: "POST", body, headers: { accept: "application/json" } });
      if (!answer.ok) {
        broken = answer.status === 412 || answer.status === 409;
        told.textContent = broken ? form.dataset.changed : `${form.dataset.failed} (${answer.status})`;
        form.dataset.proposed = "failed";
        return;
      }
      const made = await answer.json();
      past.push(copy()); future = [];
      ({ revision, rows, mistakes } = made);
      const gaps = document.getElementById("gaps"), ul = gaps.querySelector("ul");
      ul.textContent = "";
      for (const words of made.gaps) { const li = document.createElement("li"); li.textContent = words; ul.append(li); }
      gaps.hidden = !made.gaps.length;
      show();
      told.textContent = made.told;
      form.dataset.proposed = String(revision);
    } catch (error) {
      told.textContent = form.dataset.failed;
      form.dataset.proposed = "failed";
    } finally {
      running = false;
    }
  };

  // --- boxes on a page or a picture
  const unit = () => state.kind === "pdf" ? "mm" : "%";
  const measure = () => state.kind === "pdf" ? state.pages[page - 1] : [100, 100, "%"];
  const covers = (pages) => !pages || pages.split(/[,，、;；]/).some((part) => {
    const match = /^\s*(\d+)\s*(?:[-–—~至]\s*(\d+))?\s*$/.exec(part);
    return match && Number(match[1]) <= page && page <= Number(match[2] || match[1]);
  });
  const place = (node, row) => {
    const [wide, high] = row.unit === "%" ? [100, 100] : measure();
    const part = (value, whole) => `${(Number(value) / whole) * 100}%`;
    Object.assign(node.style, { left: part(row.left, wide), top: part(row.top, high), width: part(row.width, wide), height: part(row.height, high) });
  };
  const shownNow = (row) => state.kind === "recording"
    ? !player || row.begin === "" || (seconds(row.begin) <= player.currentTime && player.currentTime <= seconds(row.end))
    : covers(row.pages);
  const showMarks = () => {
    if (boxes) {
      boxes.textContent = "";
      mine().forEach(([row, at], number) => {
        const whole = row.what === "pages" || (row.what.startsWith("blur") && !row.width);
        if (!["box", "pages", "blur", "blur-mute"].includes(row.what) || !shownNow(row) || (!whole && !(Number(row.width) > 0 && Number(row.height) > 0))) return;
        const node = document.createElement("div");
        node.className = `box ${row.what.startsWith("blur") ? "blur" : ""} ${whole ? "whole" : ""} ${waits(row) ? "drafted" : ""} ${at === current ? "now" : ""}`;
        place(node, whole ? { left: 0, top: 0, width: 100, height: 100, unit: "%" } : row);
        node.textContent = String(number + 1);
        boxes.append(node);
      });
    }
    showSpans();
    showText();
  };
  const go = (number) => {
    page = Math.min(Math.max(number, 1), state.pages.length);
    pageField.value = String(page);
    delete sheet.dataset.of;
    sheet.src = form.dataset.pages + page;
    sheet.alt = form.dataset.page.replace("#", String(page));
    const [wide, high] = state.pages[page - 1];
    sheet.width = 992; sheet.height = Math.round((992 * high) / wide);
    showMarks();
    showWaiting();
  };
  if (stage) {
    let start = null, node = null;
    const at = (event) => {
      const edge = boxes.getBoundingClientRect(), keep = (value) => Math.min(Math.max(value, 0), 1);
      return [keep((event.clientX - edge.left) / edge.width), keep((event.clientY - edge.top) / edge.height)];
    };
    const drawn = (end) => {
      const [wide, high, kind] = measure();
      const said = (part, whole) => (part * whole).toFixed(1);
      return { left: said(Math.min(start[0], end[0]), wide), top: said(Math.min(start[1], end[1]), high),
        width: said(Math.abs(start[0] - end[0]), wide), height: said(Math.abs(start[1] - end[1]), high), unit: kind };
    };
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || (player && (!state.picture || at(event)[1] > 0.9))) return; // the player's own bar lies below
      event.preventDefault();
      start = at(event);
      node = document.createElement("div");
      node.className = "box now";
      boxes.append(node);
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => { if (start) place(node, drawn(at(event))); });
    stage.addEventListener("pointercancel", () => { start = null; showMarks(); });
    stage.addEventListener("pointerup", (event) => {
      if (!start) return;
      const values = drawn(at(event)), big = Number(values.width) > 0.3 && Number(values.height) > 0.3;
      start = null;
      if (!big) { showMarks(); if (player) { if (player.paused) player.play(); else player.pause(); } return; }
      if (redrawing >= 0 && rows[redrawing]) {
        const at_ = redrawing;
        redrawing = -1;
        change(() => { Object.assign(rows[at_], values, rows[at_].pages ? { pages: String(page) } : {}); moved(rows[at_]); current = at_; });
      } else if (state.kind === "recording") {
        const now = player.currentTime;
        add({ what: "box", ...values, begin: clock(Number(to.value) > Number(from.value) ? Number(from.value) : now), end: clock(Number(to.value) > Number(from.value) ? Number(to.value) : Math.min(now + 5, state.length)) });
      } else {
        add({ what: "box", ...values, pages: state.kind === "pdf" || state.pages.length > 1 ? String(page) : "" });
      }
    });
  }

  // --- time
  const seconds = (said) => String(said).replace(/：/g, ":").split(":").reduce((sum, part) => sum * 60 + Number(part), 0) || 0;
  const clock = (value) => {
    const tenths = Math.round(value * 10), hours = Math.floor(tenths / 36000), minutes = Math.floor(tenths / 600) % 60, rest = tenths % 600;
    return `${hours}:${String(minutes).padStart(2, "0")}:${String(Math.floor(rest / 10)).padStart(2, "0")}.${rest % 10}`;
  };
  const showSpans = () => {
    const spans = document.getElementById("spans");
    if (!spans) return;
    spans.textContent = "";
    const part = (value) => `${(value / state.length) * 100}%`;
    for (const [row, at] of mine()) {
      if (row.begin === "" || row.end === "") continue;
      const node = document.createElement("div");
      node.className = `span ${row.what} ${waits(row) ? "drafted" : ""} ${at === current ? "now" : ""}`;
      Object.assign(node.style, { left: part(seconds(row.begin)), width: part(Math.max(seconds(row.end) - seconds(row.begin), 0)) });
      spans.append(node);
    }
    if (player) { const head = document.createElement("div"); head.className = "head"; head.style.left = part(player.currentTime); spans.append(head); }
  };
  const setEdge = (key, value) => {
    if (current >= 0 && rows[current] && rows[current].object === state.object) change(() => { rows[current][key] = clock(value); moved(rows[current]); });
  };
  if (from) {
    from.addEventListener("change", () => { if (Number(to.value) < Number(from.value)) to.value = from.value; setEdge("begin", Number(from.value)); });
    to.addEventListener("change", () => { if (Number(from.value) > Number(to.value)) from.value = to.value; setEdge("end", Number(to.value)); });
    for (const handle of [from, to]) handle.addEventListener("input", () => { if (player) player.currentTime = Number(handle.value); document.getElementById("now").textContent = clock(Number(handle.value)); });
    document.getElementById("line").addEventListener("click", (event) => {
      const edge = event.currentTarget.getBoundingClientRect(), moment = ((event.clientX - edge.left) / edge.width) * state.length;
      if (player) player.currentTime = moment;
      document.getElementById("now").textContent = clock(moment);
    });
  }
  if (player) for (const name of ["timeupdate", "seeked"]) player.addEventListener(name, () => { document.getElementById("now").textContent = clock(player.currentTime); showMarks(); });

  // Frames and loudness lie under the line, once they are drawn.
  const line = document.getElementById("line");
  const strip = async (left) => {
    const answer = await fetch(line.dataset.strip);
    if (!answer.ok) return;
    const { state: there, moments, wave } = await answer.json();
    if (there === "waiting" && left > 0) { window.setTimeout(() => strip(left - 1), 2000); return; }
    for (const part of [...(moments.length ? ["frames"] : []), ...(wave ? ["wave"] : [])]) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.className = part;
      picture.src = `${line.dataset.strip}/${part}`;
      line.prepend(picture);
    }
  };
  if (line && line.dataset.strip) strip(60);

  // --- lines of a text
  const showText = () => {
    if (!text) return;
    const gone = new Set(), drafted = new Set();
    for (const [row] of mine()) for (const part of row.lines.split(/[,，、;；]/)) {
      const match = /^\s*(\d+)\s*(?:[-–—~至]\s*(\d+))?\s*$/.exec(part);
      if (match) for (let number = Number(match[1]); number <= Number(match[2] || match[1]) && number <= text.children.length; number += 1) (waits(row) ? drafted : gone).add(number);
    }
    for (let number = 1; number <= text.children.length; number += 1) {
      text.children[number - 1].classList.toggle("gone", gone.has(number));
      text.children[number - 1].classList.toggle("drafted", drafted.has(number) && !gone.has(number));
    }
  };
  if (text) {
    let first = -1;
    const number = (event) => { const li = event.target.closest("li"); return li ? [...text.children].indexOf(li) + 1 : -1; };
    text.addEventListener("pointerdown", (event) => { first = number(event); });
    text.addEventListener("pointerup", (event) => {
      const last = number(event);
      if (first > 0 && last > 0) add({ what: "lines", lines: first === last ? String(first) : `${Math.min(first, last)}-${Math.max(first, last)}` });
      first = -1;
    });
  }

  // --- buttons and keys
  const doing = {
    undo: () => turn(past, future),
    redo: () => turn(future, past),
    before: () => go(page - 1),
    after: () => go(page + 1),
    propose,
    "accept-page": () => change(() => { for (const [row] of onPage()) row.confirmed = "yes"; }),
    begin: () => { if (player) from.value = String(player.currentTime); from.dispatchEvent(new Event("change")); },
    end: () => { if (player) to.value = String(player.currentTime); to.dispatchEvent(new Event("change")); },
    add: () => {
      const what = firstWay(), timed = state.kind === "recording";
      add({ what, unit: what === "box" ? unit() : "", pages: state.kind === "pdf" || (state.kind === "picture" && state.pages.length > 1) ? String(page) : "",
        begin: timed ? clock(Number(from.value)) : "", end: timed ? clock(Number(to.value)) : "" });
      const made = list.querySelector(`[data-at="${current}"]`), field = made && [...made.querySelectorAll(".numbers input")].find((one) => !one.closest("label").hidden);
      if (field) field.focus();
    },
  };
  form.addEventListener("click", (event) => { const how = doing[event.target.dataset.do]; if (how) how(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea")) return;
    if (key === "z" && !event.shiftKey) { event.preventDefault(); doing.undo(); }
    if (key === "y" || (key === "z" && event.shiftKey)) { event.preventDefault(); doing.redo(); }
  });
  if (pageField) pageField.addEventListener("change", () => go(Number(pageField.value) || 1));

  const show = () => { showRows(); showMarks(); };
  if (sheet) go(1);
  show();
})();
