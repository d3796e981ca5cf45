// The ledger's proof: a checkpoint signed with Ed25519 (RFC 8032), entries with their paths to its root (RFC 9162).

// hash-wasm where WebAssembly runs, else the browser's own; without either the signature stays unchecked, and it is said.
noble.hashes.sha512Async = async message => {
  try { return bytesOf(await hashwasm.sha512(message)); } catch (error) { console.warn(error); }
  return new Uint8Array(await crypto.subtle.digest("SHA-512", message));
};

function joined(...parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { made.set(part, at); at += part.length; }
  return made;
}

const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// Whether the leaf stands at index (from 0) in the tree (RFC 9162, 2.1.3.2). Numbers beyond 2^31 need arithmetic, not bits.
function includes(hash, leaf, index, size, path, root) {
  if (index >= size) return false;
  const half = number => Math.floor(number / 2);
  let fn = index, sn = size - 1, result = leaf;
  for (const step of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      result = hash(joined([1], step, result));
      while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
    } else result = hash(joined([1], result, step));
    fn = half(fn); sn = half(sn);
  }
  return sn === 0 && same(result, root);
}

// Whether the tree over second leaves begins with the one over first (RFC 9162, 2.1.4.2).
function beginsWith(hash, first, second, firstRoot, secondRoot, path) {
  if (first < 1 || first > second) return false;
  if (first === second) return !path.length && same(firstRoot, secondRoot);
  const half = number => Math.floor(number / 2), steps = [...path];
  let power = 1;
  while (power < first) power *= 2;
  if (power === first) steps.unshift(firstRoot);
  if (!steps.length) return false;
  let fn = first - 1, sn = second - 1, [older] = steps, newer = older;
  while (fn % 2 === 1) { fn = half(fn); sn = half(sn); }
  for (const step of steps.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      older = hash(joined([1], step, older)); newer = hash(joined([1], step, newer));
      while (fn % 2 === 0 && fn !== 0) { fn = half(fn); sn = half(sn); }
    } else newer = hash(joined([1], newer, step));
    fn = half(fn); sn = half(sn);
  }
  return sn === 0 && same(older, firstRoot) && same(newer, secondRoot);
}

function readPath(one) {
  wanted(Array.isArray(one.path) && one.path.length < 128 && one.path.every(hexadecimal), "path");
  return one.path.map(bytesOf);
}

// Whether this browser can check a signature at all.
async function canSign() {
  try { await noble.hashes.sha512Async(new Uint8Array(1)); return true; } catch (error) { console.warn(error); return false; }
}

// The key is named by its fingerprint, or as C2SP signed-note has it: by the log's name and four bytes before the signature.
async function readCheckpoint(text, raw, hash, able, report) {
  const note = typeof text === "string" ? FORM.note.exec(text) : null;
  wanted(note, "checkpoint");
  const [, origin, size, root, made, name, written] = note, signature = decode64(written), named = signature.length > 64;
  const known = named ? name === origin && hexOf(hash(joined(encode(name + "\n"), [1], raw)).slice(0, 4)) === hexOf(signature.slice(0, 4)) : name === hexOf(hash(raw));
  let good = false;
  try { good = known && (!able || await noble.verifyAsync(signature.slice(-64), encode(text.split("\n\n")[0] + "\n"), raw, { zip215: false })); } catch (error) { console.warn(error); }
  if (!good) report("signature", FORM.proof);
  return [Number(size), decode64(root), made];
}

// The key, the checkpoint, and the entries that hold; signed is false where this browser cannot check a signature.
async function readProof(bytes, hash, report) {
  const said = strictJson(asText(bytes));
  wanted(isObject(said) && said.format === "preserve-dip-proof-1", "format");
  wanted(typeof said.public_key === "string" && FORM.key.test(said.public_key), "public_key");
  const raw = decode64(said.public_key.split("\n")[1]).slice(-32), fingerprint = hexOf(hash(raw)), signed = await canSign();
  const [size, root, made] = await readCheckpoint(said.checkpoint, raw, hash, signed, report), roots = new Map([[size, hexOf(root)]]);
  wanted(Array.isArray(said.earlier) && said.earlier.length < 1000, "earlier");
  for (const one of said.earlier) {
    wanted(isObject(one), "earlier");
    const [older, olderRoot] = await readCheckpoint(one.checkpoint, raw, hash, signed, report);
    if (!beginsWith(hash, older, size, olderRoot, root, readPath(one))) report("checkpoint", FORM.proof, String(older));
    else if (!roots.has(older)) roots.set(older, hexOf(olderRoot));
  }
  wanted(Array.isArray(said.entries) && said.entries.length > 0, "entries");
  const seen = new Set(), entries = [];
  for (const one of said.entries) {
    wanted(isObject(one) && typeof one.entry === "string" && whole(one.index, 0), "entries");
    const path = readPath(one);
    wanted(!FORM.control.test(one.entry), "entries");
    const entry = strictJson(one.entry);
    wanted(isObject(entry) && whole(entry.number, 1), "entries");
    wanted(["action", "subject", "time", "actor"].every(name => typeof entry[name] === "string"), "entries");
    wanted(isObject(entry.details) && !seen.has(one.index), "entries");
    seen.add(one.index);
    const holds = entry.number === one.index + 1
      && includes(hash, hash(joined([0], encode(one.entry))), one.index, size, path, root);
    if (holds) entries.push(entry);
    else report("entry", FORM.proof, `${entry.number} ${entry.action}`);
  }
  return { fingerprint, size, made, entries, signed, roots: Object.fromEntries([...roots].sort((one, other) => one[0] - other[0])) };
}

// Hold the digest of a file against the one entry of the ledger that names it.
function anchor(proof, dip, action, name, path, found, report) {
  const kind = name.split("_")[0], made = proof.entries.filter(entry => entry.action === action);
  const about = made.filter(entry => entry.subject === dip), strange = new Set(made.filter(entry => entry.subject !== dip).map(entry => entry.subject));
  if (strange.size) report("other", FORM.proof, [...strange].sort().join(", "));
  if (about.length !== 1) report(kind, path, `${action}: ${about.length}`);
  else if (found && about[0].details[name] !== found) report(kind, path, found);
}

// Compare with what the person has from the certificate: the key's fingerprint, or all that its code holds.
function holdAgainst(key, result, report) {
  const code = FORM.code.exec(key);
  if (code && code[1] !== result.dip) report("other", FORM.proof, code[1]);
  if (code && code[2] !== result.evidence_sha256) report("evidence", FORM.evidence, result.evidence_sha256);
  if (code && result.roots[code[3]] !== code[4]) report("checkpoint", FORM.proof, code[3]);
  if ((code ? code[5] : key) !== result.fingerprint) report("key", FORM.proof, result.fingerprint);
}
