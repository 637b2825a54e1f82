// What the page needs of a certificate: whose public key it is. Everything else about it is judged by the office.
import { BIT_STRING, Damaged, INTEGER, SEQUENCE, hex, only, part, parts } from "./der.js";
import { Fault } from "./falla.js";

/** Modulus and exponent of the RSA key in a certificate (DER). */
export function publicKey(certificate) {
  try {
    const [signed] = parts(only(certificate, SEQUENCE).body);
    const fields = parts(signed.body).filter((each) => each.tag !== 0xa0); // without the version
    const key = parts(part(fields, 5, SEQUENCE).body);
    const bits = part(key, 1, BIT_STRING).body;
    return rsa(parts(only(bits.subarray(1), SEQUENCE).body), 0);
  } catch (error) {
    if (error instanceof Damaged || error instanceof TypeError) throw new Fault("certificado_danado");
    throw error;
  }
}

/** Modulus and exponent out of the integers of a key, from that one on. */
export function rsa(integers, first) {
  return [first, first + 1].map((index) => hex(part(integers, index, INTEGER).body)).join(":");
}
