const BLOCK = 4 << 20;

// SHA-256 (FIPS 180-4) in plain JavaScript, for browsers in which WebAssembly does not run; half as fast.
const ROUNDS = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2]);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
class PlainSha256 {
  init() {
    this.state = new Int32Array(START); this.words = new Int32Array(64);
    this.rest = new Uint8Array(64); this.held = 0; this.length = 0;
    return this;
  }
  update(bytes) {
    let at = 0;
    this.length += bytes.length;
    if (this.held) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      this.blocks(this.rest, 0, 64);
    }
    const end = at + (bytes.length - at) - (bytes.length - at) % 64;
    this.blocks(bytes, at, end);
    this.rest.set(bytes.subarray(end));
    this.held = bytes.length - end;
    return this;
  }
  blocks(bytes, at, end) {
    const w = this.words, s = this.state, k = ROUNDS;
    for (; at < end; at += 64) {
      for (let i = 0, p = at; i < 16; i++, p += 4) w[i] = bytes[p] << 24 | bytes[p + 1] << 16 | bytes[p + 2] << 8 | bytes[p + 3];
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
      }
      let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
      for (let i = 0; i < 64; i++) {
        const t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (g ^ e & (f ^ g)) + k[i] + w[i]) | 0;
        const u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b))) | 0;
        h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
      }
      s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
    }
  }
  digest() {
    const end = new Uint8Array(this.held < 56 ? 64 - this.held : 128 - this.held), view = new DataView(end.buffer), length = this.length;
    end[0] = 128;
    view.setUint32(end.length - 8, Math.floor(length / 0x20000000));
    view.setUint32(end.length - 4, length % 0x20000000 * 8);
    this.update(end);
    return Array.from(this.state, word => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

// The first of the two that gives the digest of "abc" (FIPS 180-4, example) is used.
const KNOWN = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
async function chooseHasher(makers = [() => hashwasm.createSHA256(), () => new PlainSha256()]) {
  for (const make of makers) {
    try {
      const one = await make();
      one.init(); one.update(new Uint8Array([97, 98, 99]));
      if (one.digest() === KNOWN) return one;
    } catch (error) { console.warn(error); }
  }
  throw new Error("no SHA-256");
}

// The digest of a File or Blob of any size, read a few MiB at a time; the next block is read while one is hashed.
async function digestOf(file, hasher, moved = () => {}) {
  const read = at => { const block = at < file.size ? file.slice(at, at + BLOCK).arrayBuffer() : null; if (block) block.catch(() => {}); return block; };
  hasher.init();
  let next = read(0);
  for (let at = 0; at < file.size; at += BLOCK) {
    const bytes = new Uint8Array(await next);
    if (bytes.length !== Math.min(BLOCK, file.size - at)) throw new Error("short read");
    next = read(at + BLOCK);
    hasher.update(bytes);
    moved(bytes.length);
  }
  return hasher.digest();
}
