// A reader of DER, strict about lengths: what is damaged is told from what is whole.

export class Damaged extends Error {}

/** The element that begins at `at`: its tag, its body and all of it, as views of `bytes`. */
export function element(bytes, at = 0) {
  const tag = bytes[at];
  let length = bytes[at + 1];
  let from = at + 2;
  if (from > bytes.length || (tag & 31) === 31) throw new Damaged();
  if (length & 128) {
    const count = length & 127;
    if (count < 1 || count > 4 || from + count > bytes.length) throw new Damaged();
    length = bytes.subarray(from, from + count).reduce((sum, byte) => sum * 256 + byte, 0);
    from += count;
  }
  const end = from + length;
  if (end > bytes.length) throw new Damaged();
  return { tag, end, body: bytes.subarray(from, end), whole: bytes.subarray(at, end) };
}

/** The one element that `bytes` are, of that tag. */
export function only(bytes, tag) {
  const found = element(bytes);
  if (found.end !== bytes.length || found.tag !== tag) throw new Damaged();
  return found;
}

/** The elements of which a body is made. */
export function parts(body) {
  const found = [];
  for (let at = 0; at < body.length; at = found.at(-1).end) found.push(element(body, at));
  return found;
}

/** A part, which must be there and of that tag. */
export function part(found, index, tag) {
  if (found[index]?.tag !== tag) throw new Damaged();
  return found[index];
}

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OID = 0x06;

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
