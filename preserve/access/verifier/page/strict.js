"use strict";
// What the other side may say, read so that it can be understood in one way only. As preserve/access/verifier/reading.py.

class Broken extends Error {}
function wanted(good, reason) { if (!good) throw new Broken(reason); }

const whole = (value, least) => Number.isSafeInteger(value) && value >= least;
const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);
const hexadecimal = value => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const bytesOf = hex => Uint8Array.from(hex.match(/../g), pair => parseInt(pair, 16));
const hexOf = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
const decode64 = text => Uint8Array.from(atob(text), one => one.charCodeAt(0));
const encode = text => new TextEncoder().encode(text);

// JSON in which no name stands twice and every number is whole.
function strictJson(text) {
  let said;
  try { said = JSON.parse(text); } catch (error) { throw new Broken("not JSON"); }
  // It is JSON, so strings, numbers and brackets can be told apart one after the other.
  const token = /"(?:[^"\\]+|\\.)*"|-?[0-9][0-9.eE+-]*|[{}\[\]]/g, colon = /[ \t\r\n]*:/y, open = [];
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [one] = found;
    if (one === "{") open.push(new Set());
    else if (one === "[") open.push(null);
    else if (one === "}" || one === "]") open.pop();
    else if (one[0] !== '"') wanted(!/[.eE]/.test(one), "not a whole number");
    else {
      colon.lastIndex = token.lastIndex;
      if (!colon.test(text)) continue;
      const name = JSON.parse(one), names = open[open.length - 1];
      wanted(!names.has(name), "a name twice");
      names.add(name);
    }
  }
  return said;
}

function asText(bytes) {
  try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch (error) { throw new Broken("not UTF-8"); }
}

// Whether a path from a list stays below the folder, on every system.
const isSafe = path => !/\\|\0|^[A-Za-z]:/.test(path) && path.split("/").every(part => !["", ".", ".."].includes(part));

function readEvidence(bytes, report) {
  const said = strictJson(asText(bytes));
  wanted(isObject(said) && said.format === "preserve-dip-1", "format");
  wanted(typeof said.dip === "string" && FORM.dip.test(said.dip), "dip");
  for (const name of ["request", "made"]) wanted(typeof said[name] === "string", name);
  wanted(Array.isArray(said.files) && said.files.length > 0, "no files");
  const listed = new Map(), seen = new Set(FORM.own);
  for (const one of said.files) {
    wanted(isObject(one) && typeof one.path === "string" && whole(one.size, 0) && hexadecimal(one.sha256) && hexadecimal(one.sm3), "files");
    const plain = one.path.normalize("NFC");
    wanted(!seen.has(plain), "twice: " + one.path);
    seen.add(plain);
    if (!isSafe(one.path) || FORM.control.test(one.path)) report("unsafe", one.path, FORM.evidence);
    else if (one.path.startsWith("data/") && !one.path.startsWith(`data/${said.dip}/`)) report("other", one.path, FORM.evidence);
    else listed.set(one.path, one);
  }
  wanted([...listed.keys()].some(path => path.startsWith("data/")), "no files");
  return { dip: said.dip, request: said.request, made: said.made, files: listed };
}

function readManifest(bytes) {
  const listed = new Map();
  for (const line of asText(bytes).split(/\r\n|\r|\n/)) {
    const parted = /^([0-9A-Fa-f]{64})[ \t]+\*?(.+)$/s.exec(line);
    if (parted) {
      const path = parted[2].replace(/%(0[AaDd]|25)/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
      wanted(!listed.has(path), "twice: " + path);
      listed.set(path, parted[1].toLowerCase());
    } else wanted(!line, "line");
  }
  return listed;
}
