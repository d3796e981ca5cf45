// A folder goes to the archive: its list first, then small files in packs and large ones by pieces, three at once.
// After any break the server says what it has; nothing is sent twice but the piece that was under way.
"use strict";
const PIECE = 8 << 20, SMALL = 1 << 20, PACK_FILES = 500, AT_ONCE = 3, LAST = 20;
const root = document.getElementById("upload");
// Each file of static/ has its own digest in its address, so one cannot name another by itself.
const { base64, hex, sha256 } = await import(root.dataset.sha256);
const word = (name, values = {}) =>
  (root.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] || name).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const at = (id) => document.getElementById(id);

let csrf = root.dataset.csrf;
let deposit = "";
let files = [];                       // {path, file, line}: a plain list, never drawn whole
const run = { all: 0, done: 0, bytes: 0, sent: 0, paused: false, ended: false, began: 0, beganBytes: 0 };
const last = [];
let waiting = [];                     // who waits for «go on»

class Told extends Error { constructor(answer) { super(answer.message || ""); this.answer = answer; } }

// ---- what is drawn: counts and the last twenty, at most five times a second -------------------------------------
let drawn = 0, planned = false;
const size = (n) => { const u = ["B", "kB", "MB", "GB", "TB"]; let i = 0; while (n >= 1000 && i < 4) { n /= 1000; i += 1; } return `${i ? n.toFixed(1) : n} ${u[i]}`; };
function draw() {
  if (planned) return;
  planned = true;
  window.setTimeout(() => {
    planned = false; drawn = Date.now();
    at("bar").value = run.bytes ? run.sent / run.bytes : run.done / Math.max(run.all, 1);
    at("files-done").textContent = run.done; at("files-all").textContent = run.all;
    at("bytes-done").textContent = size(run.sent); at("bytes-all").textContent = size(run.bytes);
    const seconds = (Date.now() - run.began) / 1000;
    at("speed").textContent = seconds > 1 && !run.paused ? `${size((run.sent - run.beganBytes) / seconds)}/s` : "";
    at("last").replaceChildren(...last.map((path) => { const li = document.createElement("li"); li.textContent = path; return li; }));
  }, Math.max(0, 200 - (Date.now() - drawn)));
}
function finished(path) { run.done += 1; last.unshift(path); last.length = Math.min(last.length, LAST); draw(); }
function say(text) { at("state").textContent = text; }
function wrong(text, found = []) {
  const box = at("wrong"), p = document.createElement("p"), strong = document.createElement("strong");
  strong.textContent = text; p.append(strong);
  const list = document.createElement("ul");
  for (const one of found) { const li = document.createElement("li"); li.textContent = [one.where, one.message, one.hint].filter(Boolean).join(" — "); list.append(li); }
  box.replaceChildren(p, ...(found.length ? [list] : []));
  box.hidden = false; box.focus();
}

// ---- speaking with the server -------------------------------------------------------------------------------------
async function answered(response) { try { return await response.json(); } catch { return { message: String(response.status) }; } }
async function freshToken() {
  const page = await fetch("/deposits/new", { credentials: "same-origin", redirect: "manual" });
  const found = page.ok && /data-csrf="([0-9a-f]+)"/.exec(await page.text());
  if (found) csrf = found[1];
  return Boolean(found);
}
const goOn = () => new Promise((resolve) => { waiting.push(resolve); });
function setPaused(paused, reason = "") {
  run.paused = paused;
  at("pause").textContent = paused ? word("go") : word("pause");
  say(paused ? reason || word("paused") : word("sending"));
  if (!paused) { run.began = Date.now(); run.beganBytes = run.sent; waiting.forEach((one) => one()); waiting = []; }
}

/** One request, tried until it is answered: breaks are waited out, an ended session is told. */
async function send(method, address, body, headers = {}) {
  for (let tried = 0; ; tried += 1) {
    if (run.paused) await goOn();
    let response;
    try {
      response = await fetch(address, { method, body, credentials: "same-origin", redirect: "manual", headers: { "X-CSRF": csrf, "Tus-Resumable": "1.0.0", ...headers } });
    } catch {
      say(word("broken"));
      await new Promise((resolve) => window.setTimeout(resolve, Math.min(30000, 500 * 2 ** Math.min(tried, 6))));
      continue;
    }
    if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
      if (tried === 0 && await freshToken()) continue;
      setPaused(true, word("login"));
      await goOn();
      await freshToken();
      continue;
    }
    if (response.status === 503 || response.status === 502 || response.status === 429) {
      say(word("broken"));
      await new Promise((resolve) => window.setTimeout(resolve, Math.min(30000, 1000 * 2 ** Math.min(tried, 5))));
      continue;
    }
    if (!run.paused && deposit) say(word("sending"));
    return response;
  }
}

async function sendPack(pack) {
  const parts = [];
  for (const one of pack) {
    const bytes = new Uint8Array(await one.file.arrayBuffer());
    if (bytes.length !== one.size) throw new Told({ message: word("changed", { path: one.path }) });
    parts.push(`${JSON.stringify({ line: one.line, size: bytes.length, sha256: hex(await sha256(bytes)) })}\n`, bytes);
  }
  const body = new Blob(parts);
  for (let tried = 0; ; tried += 1) {
    const response = await send("PATCH", `/deposits/${deposit}/pack`, body, { "Content-Type": "application/octet-stream" });
    if (response.ok) break;
    if (response.status !== 460 || tried > 4) throw new Told(await answered(response));
  }
  for (const one of pack) { run.sent += one.size; finished(one.path); }
}

async function sendLarge(one) {
  const address = `/deposits/${deposit}/upload/${one.line}`;
  let offset = one.have;
  for (let wrongSums = 0; offset < one.size;) {
    const bytes = new Uint8Array(await one.file.slice(offset, offset + PIECE).arrayBuffer());
    if (one.file.size !== one.size || !bytes.length) throw new Told({ message: word("changed", { path: one.path }) });
    const response = await send("PATCH", address, bytes, {
      "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset),
      "Upload-Checksum": `sha256 ${base64(await sha256(bytes))}`,
    });
    const there = Number(response.headers.get("Upload-Offset"));
    if (response.status === 204 || (response.status === 409 && response.headers.has("Upload-Offset"))) {
      run.sent += there - offset; offset = there; draw();
    } else if (response.status === 460 && wrongSums < 5) { wrongSums += 1; } else throw new Told(await answered(response));
  }
  finished(one.path);
}

async function sendAll(missing) {
  const large = [], packs = [];
  let pack = [], weight = 0;
  for (const [line, have] of missing) {
    const one = { ...files[line - 1], line, have };
    if (one.size > SMALL) { large.push(one); continue; }
    pack.push(one); weight += one.size;
    if (weight >= PIECE || pack.length >= PACK_FILES) { packs.push(pack); pack = []; weight = 0; }
  }
  if (pack.length) packs.push(pack);
  const work = [...packs.map((one) => () => sendPack(one)), ...large.map((one) => () => sendLarge(one))];
  const worker = async () => { for (let next = work.shift(); next; next = work.shift()) await next(); };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function upload(chosen) {
  at("wrong").hidden = true;
  if (!chosen.length) { wrong(word("nothing")); return; }
  at("drop").hidden = true; at("run").hidden = false;
  chosen.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  files = chosen.map((one) => ({ ...one, size: one.file.size, mtime: one.file.lastModified }));
  const top = files[0].path.split("/")[0];
  const rows = files.map((one) => JSON.stringify({ path: one.path, size: one.size, mtime: one.mtime }));
  try {
    say(word("counted", { files: files.length }));
    const opened = await send("POST", root.dataset.into ? `/deposits/${root.dataset.into}/reopen` : "/deposits/uploads", new Blob([`${JSON.stringify({ name: top })}\n`, rows.join("\n")]), { "Content-Type": "application/x-ndjson" });
    const state = await answered(opened);
    if (!opened.ok) throw new Told(state);
    deposit = state.id;
    window.addEventListener("beforeunload", (event) => { if (!run.ended) event.preventDefault(); });
    run.all = state.lines; run.bytes = state.bytes;
    for (let missing = state.missing, round = 0; ; round += 1) {
      run.done = run.all - missing.length;
      run.sent = run.bytes - missing.reduce((sum, [line, have]) => sum + files[line - 1].size - have, 0);
      run.began = Date.now(); run.beganBytes = run.sent;
      say(word(state.resumed && !round ? "resumed" : "sending")); draw();
      await sendAll(missing);
      say(word("comparing"));
      const closed = await send("POST", `/deposits/${deposit}/close`, null);
      const answer = await answered(closed);
      if (closed.ok) { run.ended = true; say(word("done")); window.location.assign(answer.next); return; }
      if (!["deposit.lines-missing", "deposit.lines-altered"].includes(answer.code) || round > 3) throw new Told(answer);
      missing = (await answered(await send("GET", `/deposits/${deposit}/upload`))).missing;
    }
  } catch (error) {
    run.ended = true;
    at("drop").hidden = false; at("run").hidden = !deposit;
    const answer = error.answer || { message: String(error.message || error) };
    say(word("refused"));
    wrong([answer.message, answer.hint].filter(Boolean).join(" "), answer.findings || []);
  }
}

// ---- choosing ---------------------------------------------------------------------------------------------------
async function entriesOf(entry, prefix, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    found.push({ path: prefix + entry.name, file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return;
    for (const one of some) await entriesOf(one, `${prefix}${entry.name}/`, found);
  }
}
const drop = at("drop");
const take = () => upload(Array.from(at("folder").files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
at("folder").addEventListener("change", take);
if (at("folder").files.length) take();  // somebody was quicker than this script
for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const entries = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  say(word("reading"));
  const found = [];
  for (const entry of entries) await entriesOf(entry, "", found);
  upload(found);
});
at("pause").addEventListener("click", () => setPaused(!run.paused));
