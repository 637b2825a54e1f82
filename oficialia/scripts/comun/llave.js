// The .key of an e.firma: PKCS#8 under a password (RFC 5958, RFC 8018). SAT's are PBES2 with PBKDF2 and DES-EDE3-CBC,
// which WebCrypto does not have; newer ones have AES. What was decrypted is wiped as soon as it is a key.
import DES from "des.js";
import { rsa } from "./certificado.js";
import { Damaged, INTEGER, OCTET_STRING, OID, SEQUENCE, hex, number, only, part, parts } from "./der.js";
import { Fault } from "./falla.js";

const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const RSA = "2a864886f70d010101";
const DIGESTS = {
  "2a864886f70d0207": "SHA-1",
  "2a864886f70d0209": "SHA-256",
  "2a864886f70d020a": "SHA-384",
  "2a864886f70d020b": "SHA-512",
};
const TRIPLE_DES = "2a864886f70d0307";
const AES = { "608648016503040102": 128, "608648016503040116": 192, "60864801650304012a": 256 };
const MOST_ROUNDS = 10_000_000; // a phone takes seconds for a million; a file that asks for more is no file of SAT
const SIGNING = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** A key that signs and cannot be taken out, and the public one that belongs to it. */
export async function open(file, password) {
  const sealed = sealedKey(file);
  for (const bytes of spellings(password)) {
    const plain = await decrypted(sealed, bytes);
    bytes.fill(0);
    try {
      const found = plain && publicOf(plain);
      if (found) return { key: await crypto.subtle.importKey("pkcs8", plain, SIGNING, false, ["sign"]), public: found };
    } finally {
      plain?.fill(0);
    }
  }
  throw new Fault("contrasena");
}

/** A password as bytes. SAT's programs of old wrote it in Latin-1. */
function* spellings(password) {
  yield new TextEncoder().encode(password);
  const codes = Array.from(password, (letter) => letter.codePointAt(0));
  if (codes.some((code) => code > 127) && codes.every((code) => code < 256)) yield Uint8Array.from(codes);
}

function sealedKey(file) {
  try {
    const outer = parts(only(file, SEQUENCE).body);
    if (outer[0]?.tag === INTEGER) throw new Fault(outer[1]?.tag === SEQUENCE ? "llave_sin_cifrar" : "llave_danada");
    const [scheme, options] = parts(part(outer, 0, SEQUENCE).body);
    const content = part(outer, 1, OCTET_STRING).body;
    if (hex(scheme.body) !== PBES2) throw new Fault("llave_de_otro_tipo");
    const [derivation, cipher] = parts(options.body).map((each) => parts(each.body));
    return { content, ...derivationOf(derivation), ...cipherOf(cipher) };
  } catch (error) {
    if (error instanceof Damaged || error instanceof TypeError) throw new Fault("llave_danada");
    throw error;
  }
}

function derivationOf(found) {
  const values = parts(part(found, 1, SEQUENCE).body);
  const digest = values.find((each) => each.tag === SEQUENCE);
  const hash = digest ? DIGESTS[hex(parts(digest.body)[0].body)] : "SHA-1";
  const iterations = number(part(values, 1, INTEGER).body);
  const known = hex(part(found, 0, OID).body) === PBKDF2 && hash && iterations > 0 && iterations <= MOST_ROUNDS;
  if (!known) throw new Fault("llave_de_otro_tipo");
  return { hash, iterations, salt: part(values, 0, OCTET_STRING).body };
}

function cipherOf(found) {
  const name = hex(part(found, 0, OID).body);
  const bits = name === TRIPLE_DES ? 192 : AES[name];
  if (!bits) throw new Fault("llave_de_otro_tipo");
  return { bits, tripleDes: name === TRIPLE_DES, iv: part(found, 1, OCTET_STRING).body };
}

/** What the file holds under that password; null when it does not fit. */
async function decrypted(sealed, password) {
  const secret = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const { salt, iterations, hash } = sealed;
  const key = new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", salt, iterations, hash }, secret, sealed.bits));
  try {
    return sealed.tripleDes ? tripleDes(sealed, key) : await aes(sealed, key);
  } finally {
    key.fill(0);
  }
}

async function aes({ content, iv }, raw) {
  const key = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["decrypt"]);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, content));
  } catch {
    return null; // the padding does not fit: another password
  }
}

function tripleDes({ content, iv }, key) {
  const cipher = DES.CBC.instantiate(DES.EDE).create({ type: "decrypt", key, iv, padding: false });
  const blocks = [...cipher.update(content), ...cipher.final()];
  const plain = Uint8Array.from(blocks);
  blocks.fill(0);
  const padding = plain.at(-1);
  const fits = padding >= 1 && padding <= 8 && plain.subarray(-padding).every((byte) => byte === padding);
  if (!fits) plain.fill(0);
  return fits ? plain.subarray(0, -padding) : null;
}

/** The public key of a PKCS#8 private key; null when the bytes are none, because the password was another one. */
function publicOf(plain) {
  let found;
  try {
    found = parts(only(plain, SEQUENCE).body);
    const algorithm = hex(parts(part(found, 1, SEQUENCE).body)[0].body);
    const integers = parts(only(part(found, 2, OCTET_STRING).body, SEQUENCE).body);
    if (algorithm === RSA) return rsa(integers, 1);
  } catch (error) {
    if (error instanceof Damaged || error instanceof TypeError) return null;
    throw error;
  }
  throw new Fault("llave_de_otro_tipo");
}
