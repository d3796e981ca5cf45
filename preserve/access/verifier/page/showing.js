// What people see: the verdict in plain words first, then the fingerprint, the steps, and every file.

const SHOWN = 1000;
const FILES = ["altered", "missing", "extra", "unreadable", "unsafe"];
let last = null, known = null, busy = false, stopped = false;

function put(parent, tag, text, className = "") {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}
function both(parent, chinese, english) { parent.append(chinese + " "); put(parent, "span", english, "en line").lang = "en"; }

function pasted() {
  const text = element("key").value.normalize("NFKC").trim();
  return FORM.code.test(text) ? text : text.replace(/^sha-?256:/i, "").replace(/[\s:-]/g, "").toLowerCase();
}

// What differs from that which the person gave; null where nothing was given, or something that is no fingerprint.
function differences(result) {
  const key = pasted(), found = [];
  if (!hexadecimal(key) && !FORM.code.test(key)) return null;
  holdAgainst(key, result, kind => found.push(kind));
  return found;
}
const keyState = result => !pasted() ? "" : !differences(result) ? "partial" : differences(result).length ? "bad" : "good";

function verdictOf(result) {
  const count = kind => result.problems.filter(one => one.kind === kind).length;
  if (result.stopped) return ["", "没有核对完", "Not finished", "核对中途停止，不能下结论。", "Stopped before the end; nothing can be concluded."];
  if (!result.whole && !result.listed && !result.problems.length) return ["", "没有清单，未能核对", "Nothing to compare with", "下面只是所选文件的摘要。请选择整个文件夹，或先核对整个文件夹，或连同 evidence.json 和 proof.json 一起选择。", "Below are only the digests of these files. Choose the whole folder, check the whole folder first, or choose evidence.json and proof.json together with them."];
  if (result.problems.length || keyState(result) === "bad") {
    const said = FILES.filter(count).map(kind => [`${count(kind)} 个文件${FORM.words[kind][0]}`, `${count(kind)} file(s) ${FORM.words[kind][1]}`]);
    const rest = [...new Set(result.problems.map(one => one.kind))].filter(kind => !FILES.includes(kind)).map(kind => FORM.words[kind]);
    const all = [...said, ...rest, ...(differences(result) || []).map(kind => FORM.words[kind])];
    // Browsers keep back some dropped files (shortcuts, names that end in ~); chosen by the button, they are all there.
    const hint = result.dropped && count("missing") ? ["有的浏览器不交出拖来的某些文件（如快捷方式），请改用按钮选择文件夹再查一次。", " Some browsers keep back certain dropped files, such as shortcuts: check again by the button."] : ["", ""];
    return ["bad", "不完好！", "NOT intact!", `${all.map(one => one[0]).join("；")}。其余 ${result.files_intact} 个文件完好。请勿采信，并联系档案库。${hint[0]}`, `${all.map(one => one[1]).join("; ")}. The other ${result.files_intact} file(s) are intact. Do not rely on it; ask the archive.${hint[1]}`];
  }
  if (result.unsigned) return ["", "未能查验签名", "Signature not checked", "文件与清单一致，但这个浏览器太旧，不会查验日志检查点的签名。请换浏览器或用 verify.py。", "The files agree with the list, but this browser is too old to check the signature of the checkpoint. Use another one, or verify.py."];
  if (!result.whole) {
    const basis = result.anchored ? ["清单已由日志证明。", "The list is proved by the ledger."] : ["清单本身没有核对（缺 proof.json）。", "The list itself was not checked (no proof.json)."];
    return [result.anchored ? "step" : "", `所选的 ${result.files.length} 个文件完好`, `The ${result.files.length} chosen file(s) are intact`, `其余文件没有核对。${basis[0]}`, `The others were not checked. ${basis[1]}`];
  }
  const outside = result.outside ? [`所选文件夹里另有 ${result.outside} 个文件不属于这份利用包，没有核对，请勿与它混在一起。`, ` ${result.outside} other file(s) in what you chose are no part of this delivery and were not checked: keep them apart.`] : ["", ""];
  if (keyState(result) === "good") return [result.outside ? "step" : "good", "完好", "Intact", `全部 ${result.listed} 个文件与档案库封装时完全一致，也与您从证明上取得的一致。${outside[0]}`, `All ${result.listed} files are exactly those that the archive sealed, and agree with what you gave from the certificate.${outside[1]}`];
  return [result.outside ? "step" : "good step", "文件完好，还差一步", "Files intact; one step left", `全部 ${result.listed} 个文件与封装时完全一致。最后一步：与证明对照。${outside[0]}`, `All ${result.listed} files are exactly those that were sealed. Last step: compare with the certificate, below.${outside[1]}`];
}

function stepsOf(result) {
  const has = (...kinds) => result.problems.some(one => kinds.includes(one.kind)), broken = (...paths) => result.problems.some(one => ["malformed", "missing", "unreadable"].includes(one.kind) && paths.includes(one.path));
  const list = result.listed > 0, proof = result.fingerprint !== "", rank = (possible, bad) => bad ? "bad" : possible ? "good" : "";
  const digest = result.sm3 ? "SHA-256、SM3" : "SHA-256；SM3 未能计算";
  return [
    [rank(list, has(...FILES)), `每个文件与文件清单一致（${digest}）`, `Every file agrees with the list of files (${result.sm3 ? "SHA-256 and SM3" : "SHA-256; SM3 could not be computed"})`],
    [rank(list && proof, has("evidence", "other") || broken(FORM.evidence)), "文件清单（evidence.json）就是档案库日志记载的那一份", "The list (evidence.json) is the one in the archive's ledger"],
    [rank(list && proof, has("certificate") || broken(FORM.certificate)), "证明（certificate.pdf）就是档案库日志记载的那一份", "The certificate is the one in the archive's ledger"],
    [rank(proof, has("entry", "checkpoint") || broken(FORM.proof)), `${result.entries} 条日志记录包含在检查点之内（RFC 9162）`, `${result.entries} entries of the ledger stand below the checkpoint (RFC 9162)`],
    [rank(proof && !result.unsigned, has("signature")), "日志检查点由下列公钥签名（Ed25519）", "The checkpoint is signed by the key shown here (Ed25519)"],
    [rank(list, has("manifest") || broken(...FORM.payload, ...FORM.tags)), "四份 BagIt 清单与文件清单一致", "The four BagIt manifests agree with the list"],
    [keyState(result).replace("partial", ""), "公钥指纹等与证明上印的一致（由您对照）", "The fingerprint and the rest are those in the certificate (you compare)"],
  ];
}

function show(result) {
  const [className, big, bigEnglish, meaning, english] = verdictOf(result), verdict = element("verdict");
  verdict.hidden = false; verdict.className = className;
  for (const id of ["big", "meaning", "facts", "steps", "print", "keyed"]) element(id).textContent = "";
  both(element("big"), big, bigEnglish);
  both(element("meaning"), meaning, english);
  const point = result.checkpoint, facts = [["文件夹 Folder", result.root.replace(/\/$/, "")], ["利用包 Delivery", result.dip], ["申请 Request", result.request], ["封装时间 Sealed (UTC)", result.made], ["日志检查点 Checkpoint", point.size && `${point.made}（${point.size} 条 entries）`], ["读取 Read", result.files.length && `${result.files.length} / ${(result.bytes / 1e6).toFixed(1)} MB`]];
  for (const [name, value] of facts) if (value) { const pair = put(element("facts"), "div"); put(pair, "dt", name); put(put(pair, "dd"), "bdi", value); }
  element("facts").hidden = !result.dip;
  const printed = [["公钥指纹 Fingerprint of the key", result.fingerprint], ["证据清单摘要 Digest of the evidence", result.evidence_sha256], ...Object.entries(result.roots).map(([size, root]) => [`树根（${size} 条日志） Root (${size} entries)`, root])];
  for (const [name, digest] of printed) {
    if (!digest) continue;
    put(element("print"), "dt", name);
    const line = put(element("print"), "dd", "", "code");
    for (const part of digest.match(/.{8}/g)) put(line, "span", part);
  }
  element("fingerprints").hidden = !result.fingerprint;
  const state = keyState(result), said = { good: "一致。 The same.", bad: "不一致！ NOT the same!", partial: "这不是完整的指纹（64 个字符，0–9、a–f），也不是核对码的内容。 Neither a whole fingerprint, 64 characters of 0–9 and a–f, nor what the code holds." };
  element("keyed").className = state; element("keyed").textContent = said[state] || "";
  for (const [rank, chinese, words] of stepsOf(result)) both(put(element("steps"), "li", "", rank), chinese, words);
  element("checked").hidden = !result.whole || result.stopped;
}

function showFiles(result) {
  const lists = element("lists");
  while (lists.children.length > 1) lists.lastChild.remove();
  lists.hidden = false;
  const seen = new Map(result.files.map(one => [one.path, one]));
  const groups = Object.keys(FORM.words).map(kind => [kind, FORM.words[kind], result.problems.filter(one => one.kind === kind)]);
  const state = (name, words) => [name, words, result.files.filter(one => one.state === name)];
  groups.push(state("intact", ["完好", "intact"]), state("unlisted", ["摘要", "digests"]), state("own", ["清单与证明", "lists and proofs"]));
  groups.push(["ignored", ["系统自己放进来的文件，未核对", "left by a system, not checked"], result.ignored.map(path => ({ path }))]);
  for (const [kind, [chinese, english], all] of groups) {
    if (!all.length) continue;
    const details = put(lists, "details", "", FORM.words[kind] ? "bad" : ""), list = put(details, "ul");
    details.dataset.kind = kind;
    details.open = Boolean(FORM.words[kind]) || kind === "unlisted";
    const summary = document.createElement("summary");
    summary.textContent = `${chinese} ${english}: ${all.length}`;
    details.prepend(summary);
    for (const one of all.slice(0, SHOWN)) {
      const line = put(list, "li"), file = seen.get(one.path);
      put(line, "bdi", one.path);
      if (one.detail && !hexadecimal(one.detail)) { line.append(" "); put(line, "span", `[${one.detail}]`, "en code"); }
      for (const name of ["sha256", "sm3"]) {
        const words = name === "sm3" ? "SM3" : "SHA-256", listed = kind === "altered" && result.evidence && result.evidence.files.get(one.path);
        if (file && file[name]) put(line, "span", `${words} ${file[name]}`, "digest code");
        if (listed) put(line, "span", `${words} ${listed[name]} 应为 as listed`, "digest code");
      }
    }
    if (all.length > SHOWN) put(list, "li", `… ${all.length - SHOWN}`);
  }
}

function refuse(error) {
  for (const id of ["facts", "fingerprints", "checked", "lists"]) element(id).hidden = true;
  element("verdict").hidden = false; element("verdict").className = "";
  element("big").textContent = element("meaning").textContent = "";
  both(element("big"), "未能核对", "Not checked");
  element("meaning").textContent = error.message;
}

async function run(given, dropped = false) {
  if (busy || !given.length) return;
  busy = true; stopped = false; last = null;
  for (const id of ["verdict", "facts", "fingerprints", "checked", "lists"]) element(id).hidden = true;
  element("running").hidden = false;
  let shown = 0;
  const tell = one => {
    if (performance.now() - shown < 200) return;
    shown = performance.now();
    element("bar").value = one.total ? one.done / one.total : 1;
    element("state").textContent = `${one.number} / ${one.files}  ${(one.done / 1e6).toFixed(0)} / ${(one.total / 1e6).toFixed(0)} MB  ${(one.done / 1e6 / (one.seconds || 1)).toFixed(0)} MB/s  ${one.path}`;
  };
  try {
    const result = await verify(given, { known, tell, halted: () => stopped });
    if (result.intact && result.whole) known = result.evidence;
    result.dropped = dropped;
    last = result;
    showFiles(result);
    show(result);
  } catch (error) { refuse(error); }
  busy = false;
  element("running").hidden = true;
}

for (const id of ["folder", "single"]) element(id).addEventListener("change", event => { run(given(event.target.files)).then(() => { event.target.value = ""; }); });
element("key").addEventListener("input", () => { if (last) show(last); });
element("stop").addEventListener("click", () => { stopped = true; });
acceptDrops(element("pick"), given => run(given, true), error => refuse(new Error(`浏览器不交出拖来的文件夹，请改用按钮选择。 This browser does not hand over dropped folders: choose by the button. (${error.message})`)));
