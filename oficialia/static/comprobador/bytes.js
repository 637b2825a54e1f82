// Bytes, their digests and their spellings. The cryptography is the browser's own (WebCrypto); nothing is fetched.
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

class Unreadable extends Error {}

function unhex(text) {
  if (text.length % 2 || /[^0-9a-fA-F]/.test(text)) throw new Unreadable("hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

// One spelling of each value: what is read and written again is the same text.
function unbase64(text) {
  let letters;
  try {
    letters = atob(text);
  } catch {
    throw new Unreadable("base64");
  }
  if (btoa(letters) !== text) throw new Unreadable("base64");
  return ascii(letters);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function digest(bytes, algorithm = "SHA-256") {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

async function rsaVerifies(spki, hash, signature, content) {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
  const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, key, signature, content);
}

// Some browsers have no Ed25519 yet: whoever asks must not take that for a false signature.
async function knowsEd25519() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32).fill(9), { name: "Ed25519" }, false, ["verify"]);
    return true;
  } catch (fault) {
    return fault.name === "DataError";
  }
}

async function ed25519Verifies(raw, signature, content) {
  try {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, content);
  } catch {
    return false;
  }
}
