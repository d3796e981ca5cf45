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

// The key, the checkpoint, and the entries that hold; signed is null where this browser cannot check a signature.
async function readProof(bytes, hash, report) {
  const said = strictJson(asText(bytes));
  wanted(isObject(said) && said.format === "preserve-dip-proof-1", "format");
  wanted(typeof said.public_key === "string" && FORM.key.test(said.public_key), "public_key");
  const note = typeof said.checkpoint === "string" ? FORM.note.exec(said.checkpoint) : null;
  wanted(note, "checkpoint");
  wanted(Array.isArray(said.entries) && said.entries.length > 0, "entries");
  const raw = decode64(said.public_key.split("\n")[1]).slice(-32), fingerprint = hexOf(hash(raw));
  const text = encode(said.checkpoint.split("\n\n")[0] + "\n");
  let signed = null;
  try { await noble.hashes.sha512Async(text); signed = false; } catch (error) { console.warn(error); }
  if (signed !== null) {
    try { signed = note[4] === fingerprint && await noble.verifyAsync(decode64(note[5]), text, raw, { zip215: false }); } catch (error) { signed = false; }
    if (!signed) report("signature", FORM.proof);
  }
  const size = Number(note[1]), root = decode64(note[2]), seen = new Set(), entries = [];
  for (const one of said.entries) {
    wanted(isObject(one) && typeof one.entry === "string" && whole(one.index, 0), "entries");
    wanted(Array.isArray(one.path) && one.path.length < 64 && one.path.every(hexadecimal), "entries");
    wanted(!FORM.control.test(one.entry), "entries");
    const entry = strictJson(one.entry);
    wanted(isObject(entry) && whole(entry.number, 1), "entries");
    wanted(["action", "subject", "time", "actor"].every(name => typeof entry[name] === "string"), "entries");
    wanted(isObject(entry.details) && !seen.has(one.index), "entries");
    seen.add(one.index);
    const holds = entry.number === one.index + 1
      && includes(hash, hash(joined([0], encode(one.entry))), one.index, size, one.path.map(bytesOf), root);
    if (holds) entries.push(entry);
    else report("entry", FORM.proof, `${entry.number} ${entry.action}`);
  }
  return { fingerprint, size, made: note[3], entries, signed };
}

// Hold the digest of a file against the one entry of the ledger that names it.
function anchor(proof, dip, action, name, path, found, report) {
  const kind = name.split("_")[0], made = proof.entries.filter(entry => entry.action === action);
  const about = made.filter(entry => entry.subject === dip), strange = new Set(made.filter(entry => entry.subject !== dip).map(entry => entry.subject));
  if (strange.size) report("other", FORM.proof, [...strange].sort().join(", "));
  if (about.length !== 1) report(kind, path, `${action}: ${about.length}`);
  else if (found && about[0].details[name] !== found) report(kind, path, found);
}
