// Check a delivery: every file against the list, the list and the certificate against the ledger, the manifests.

// The folder among the given files that is a delivery; null where there are only single files.
function findRoot(given) {
  const counted = new Map();
  for (const { path } of given) {
    for (const mark of FORM.marks) {
      if (path !== mark && !path.endsWith("/" + mark)) continue;
      const folder = path.slice(0, path.length - mark.length);
      counted.set(folder, (counted.get(folder) || 0) + 1);
    }
  }
  const deep = folder => folder.split("/").length;
  const fit = [...counted].filter(([folder, count]) => count >= 3 && (folder || given.some(({ path }) => path.includes("/")))).map(([folder]) => folder).sort((one, other) => deep(one) - deep(other));
  if (fit.length > 1 && deep(fit[0]) === deep(fit[1])) throw new Error("请一次只核对一份利用包。Only one delivery at a time, please.");
  return fit.length ? fit[0] : null;
}

// SHA-256 and SM3 in one reading; SM3 needs WebAssembly.
async function chooseHashers() {
  const sha256 = await chooseHasher();
  let sm3 = null;
  try { sm3 = await hashwasm.createSM3(); } catch (error) { console.warn(error); }
  return {
    sm3: sm3 !== null,
    hash: bytes => { sha256.init(); sha256.update(bytes); return bytesOf(sha256.digest()); },
    init() { sha256.init(); if (sm3) sm3.init(); },
    update(bytes) { sha256.update(bytes); if (sm3) sm3.update(bytes); },
    digest: () => ({ sha256: sha256.digest(), ...(sm3 ? { sm3: sm3.digest() } : {}) }),
  };
}

class Stopped extends Error {}

// `known` is the list of a delivery that was found intact before on this page; single files may be held against it.
async function verify(given, { known = null, tell = () => {}, halted = () => false } = {}) {
  const hashers = await chooseHashers(), problems = new Map(), begun = performance.now();
  const result = { whole: false, root: "", stopped: false, unsigned: false, intact: false, dip: "", request: "", made: "", listed: 0, files_intact: 0, bytes: 0, sm3: hashers.sm3, fingerprint: "", evidence_sha256: "", roots: {}, checkpoint: { size: 0, made: "" }, entries: 0, outside: 0, ignored: [], files: [], problems: [] };
  const report = (kind, path, detail = "") => { if (!problems.has(`${kind} ${path}`)) problems.set(`${kind} ${path}`, { kind, path, detail }); };
  const root = findRoot(given), here = new Map(), byNfc = new Map();
  result.whole = root !== null; result.root = root || "";
  for (const { path, file } of given) {
    if (root !== null && !path.startsWith(root)) { if (!FORM.desktop.test(path)) result.outside++; continue; }
    let name = path.slice(root === null ? 0 : root.length);
    if (FORM.system.test(name.split("/")[0])) continue;
    // A single file carries no folder: these two are known by their names.
    if (root === null) name = FORM.own.find(own => own.endsWith("/" + name)) || name;
    // Two single files may bear one name; both are checked.
    for (let plain = name, count = 2; here.has(name); count++) name = `${plain} (${count})`;
    here.set(name, file);
    byNfc.set(name.normalize("NFC"), name);
  }
  const total = [...here.values()].reduce((sum, file) => sum + file.size, 0);
  let number = 0;
  const digests = async path => {
    const moved = count => {
      result.bytes += count;
      tell({ done: result.bytes, total, number, files: here.size, path, seconds: (performance.now() - begun) / 1000 });
      if (halted()) throw new Stopped();
    };
    number++;
    try { moved(0); return await digestOf(here.get(path), hashers, moved); } catch (error) {
      if (error instanceof Stopped) throw error;
      report("unreadable", path, error.message);
      return null;
    }
  };
  const small = async (path, read) => {
    const file = here.get(path);
    if (!file) return null;
    try {
      wanted(file.size <= FORM.limit, "too large");
      let bytes;
      try { bytes = new Uint8Array(await file.arrayBuffer()); } catch (error) { report("unreadable", path, error.message); return null; }
      return await read(bytes);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      report("malformed", path, error.message);
      return null;
    }
  };
  const note = (path, file, state, seen) => result.files.push({ path, size: file.size, state, ...seen });

  try {
    const evidence = await small(FORM.evidence, bytes => readEvidence(bytes, report)) || (result.whole ? null : known);
    const proof = await small(FORM.proof, bytes => readProof(bytes, hashers.hash, report));
    const files = evidence ? evidence.files : new Map(), own = new Map();
    if (evidence) Object.assign(result, { dip: evidence.dip, request: evidence.request, made: evidence.made, listed: files.size });
    if (proof) Object.assign(result, { fingerprint: proof.fingerprint, checkpoint: { size: proof.size, made: proof.made }, entries: proof.entries.length, unsigned: !proof.signed, roots: proof.roots });
    result.ignored = [...here.keys()].filter(name => FORM.desktop.test(name) && !files.has(name)).sort();
    const used = new Set(FORM.own);
    for (const path of FORM.own) {
      if (!here.has(path)) { if (result.whole) report("missing", path); continue; }
      const seen = await digests(path);
      if (seen) own.set(path, seen);
      if (seen) note(path, here.get(path), "own", seen);
    }
    if (own.has(FORM.evidence)) result.evidence_sha256 = own.get(FORM.evidence).sha256;
    const fits = (one, seen) => Object.keys(seen).every(name => one[name] === seen[name]);
    if (result.whole) {
      for (const [path, one] of files) {
        const name = here.has(path) ? path : byNfc.get(path.normalize("NFC")), file = here.get(name);
        if (!file) { report("missing", path); continue; }
        used.add(name);
        if (file.size !== one.size) { report("altered", path, `${file.size} B, ${one.size} B`); note(path, file, "altered", {}); continue; }
        const seen = await digests(name);
        if (seen && !fits(one, seen)) report("altered", path, seen.sha256);
        else if (seen) result.files_intact++;
        if (seen) note(path, file, fits(one, seen) ? "intact" : "altered", seen);
      }
      for (const name of here.keys()) if (evidence && !used.has(name) && !FORM.desktop.test(name)) report("extra", name);
    } else {
      // A single file is intact when its content is in the list, whatever it is called by now.
      const contents = new Map([...files.values()].map(one => [one.sha256, one])), names = new Set([...files.keys()].map(path => path.split("/").pop().normalize("NFC")));
      for (const [path, file] of here) {
        if (used.has(path)) continue;
        const seen = await digests(path), one = seen && contents.get(seen.sha256), state = !evidence ? "unlisted" : one && fits(one, seen) ? "intact" : names.has(file.name.normalize("NFC")) ? "altered" : "extra";
        if (!seen) continue;
        if (state === "intact") result.files_intact++;
        else if (evidence) report(state, path, seen.sha256);
        note(path, file, state, seen);
      }
    }
    // Single files are held against the ledger as far as they are there; the list of a delivery found intact needs no more.
    if (evidence && proof) {
      const digest = path => own.has(path) ? own.get(path).sha256 : null;
      if (result.whole || evidence !== known) anchor(proof, evidence.dip, "dip.made", "evidence_sha256", FORM.evidence, digest(FORM.evidence), report);
      if (result.whole || own.has(FORM.certificate)) anchor(proof, evidence.dip, "dip.certified", "certificate_sha256", FORM.certificate, digest(FORM.certificate), report);
    }
    result.anchored = Boolean(evidence && (proof || evidence === known));
    if (evidence && result.whole) for (const name of [...FORM.payload, ...FORM.tags]) await small(name, bytes => checkManifest(name, readManifest(bytes), files, own, report));
    if (evidence && result.whole) result.evidence = evidence;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    result.stopped = true;
  }
  result.problems = [...problems.values()].sort((one, other) => one.path < other.path ? -1 : one.path > other.path ? 1 : one.kind < other.kind ? -1 : 1);
  result.intact = !result.problems.length && !result.stopped && !result.unsigned;
  result.seconds = (performance.now() - begun) / 1000;
  return result;
}

function checkManifest(name, listed, files, own, report) {
  const algorithm = name.slice(name.lastIndexOf("-") + 1, -4), payload = FORM.payload.includes(name), expected = new Map();
  for (const [path, one] of files) if (path.startsWith("data/") === payload) expected.set(path, one[algorithm]);
  if (!payload) for (const [path, seen] of own) if (!FORM.tags.includes(path)) expected.set(path, seen[algorithm] || "");
  // An empty digest is one that this browser does not compute; a file that was not read is reported already.
  for (const [path, digest] of expected) if (!listed.has(path) || digest && listed.get(path) !== digest) report("manifest", name, path);
  for (const path of listed.keys()) if (!expected.has(path) && (payload || own.has(path) || !FORM.own.includes(path))) report("manifest", name, path);
}
