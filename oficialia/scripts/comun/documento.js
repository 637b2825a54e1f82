// What is signed: the bytes of a prepared PDF but for the gap, and the certificate, as the three signed attributes of
// PAdES B-B. All of it is computed here; nothing that the office says is signed.
import { fromHex, hex } from "./der.js";
import { Fault } from "./falla.js";

const CONTENT_TYPE = "301806092a864886f70d010903310b06092a864886f70d010701";
const MESSAGE_DIGEST = "302f06092a864886f70d01090431220420";
const SIGNING_CERTIFICATE = "3037060b2a864886f70d010910022f31283026302430220420";
const LARGEST_GAP = 65_536;
const LARGEST_INCREMENT = 1 << 20;

export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Refuses a document that is not `chosen` (`size`, `sha256` in hexadecimal) and one empty signature behind it. */
export async function requirePrepared(document, chosen) {
  if (document.length <= chosen.size) throw new Fault("otro_documento");
  if (hex(await sha256(document.subarray(0, chosen.size))) !== chosen.sha256) throw new Fault("otro_documento");
  const added = document.subarray(chosen.size);
  const gap = gapOf(document, added, chosen.size);
  const text = latin(document.subarray(chosen.size, gap.start)) + latin(document.subarray(gap.end));
  if (added.length > LARGEST_INCREMENT || draws(text)) throw new Fault("otro_documento");
  return gap;
}

/** Where the signature goes; it must be the only one that was added, and leave out nothing but itself. */
function gapOf(document, added, size) {
  const ranges = [...latin(added).matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)];
  if (ranges.length !== 1 || latin(added).split("/ByteRange").length !== 2) throw new Fault("otro_documento");
  const [start, end, rest] = ranges[0].slice(1).map(Number);
  const inside = document.subarray(start + 1, end - 1);
  const framed = document[start] === 0x3c && document[end - 1] === 0x3e && inside.every((byte) => byte === 0x30);
  const placed = start >= size && end > start + 1 && end - start <= LARGEST_GAP && end + rest === document.length;
  if (!framed || !placed) throw new Fault("otro_documento");
  return { start, end };
}

/** Whether what was added could show something: whatever is drawn is a stream, and only cross-references may be one. */
function draws(text) {
  const streams = [...text.matchAll(/\bstream\r?\n/g)].filter(({ index }) => text.slice(index - 3, index) !== "end");
  if (streams.length === 0) return false;
  const last = text.slice(text.lastIndexOf(" obj", streams[0].index), streams[0].index);
  return streams.length > 1 || !/\/Type\s*\/XRef\b/.test(last);
}

/** The bytes that are signed for it. */
export async function attributes(document, gap, certificate) {
  const outside = new Uint8Array(document.length - (gap.end - gap.start));
  outside.set(document.subarray(0, gap.start));
  outside.set(document.subarray(gap.end), gap.start);
  const digests = [await sha256(outside), await sha256(certificate)].map(hex);
  return fromHex("318184" + CONTENT_TYPE + MESSAGE_DIGEST + digests[0] + SIGNING_CERTIFICATE + digests[1]);
}

/** The bytes that are signed to say who one is. They begin with a letter, so they are no signed attributes of anything. */
export function greeting(challenge, origin) {
  return new TextEncoder().encode(`oficialia-buzon-v1\0${challenge}${origin}`);
}

function latin(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
