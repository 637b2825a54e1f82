// The signature of a PDF: a CMS SignedData (RFC 5652) without its content, after PAdES (ETSI EN 319 142-1).
const SIGNED_DATA = "1.2.840.113549.1.7.2", DATA = "1.2.840.113549.1.7.1";
const CONTENT_TYPE = "1.2.840.113549.1.9.3", MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47";
const HASHES = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const RSA = {
  "1.2.840.113549.1.1.1": null, // the hash is that of the digest
  "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
};

function signedData(bytes) {
  const [type, wrapped] = children(expected(der(bytes), SEQUENCE));
  if (oid(type) !== SIGNED_DATA) throw new Unreadable("CMS");
  const parts = children(expected(children(expected(wrapped, 0xa0))[0], SEQUENCE));
  const content = children(expected(parts[2], SEQUENCE));
  if (oid(content[0]) !== DATA || content.length > 1) throw new Unreadable("CMS");
  const signers = children(expected(parts.at(-1), SET));
  if (signers.length !== 1) throw new Unreadable("CMS");
  return signer(children(signers[0]));
}

function signer(parts) {
  const [, id, digestAlgorithm, attributes, algorithm, signature] = parts;
  const [issuer, serial] = children(expected(id, SEQUENCE));
  const hash = HASHES[oid(children(expected(digestAlgorithm, SEQUENCE))[0])];
  const named = oid(children(expected(algorithm, SEQUENCE))[0]);
  expected(attributes, 0xa0);
  if (!hash || !(named in RSA) || (RSA[named] && RSA[named] !== hash)) throw new Unreadable("CMS");
  // What was signed is the same set under its own tag (RFC 5652, 5.4).
  const signed = joined([SET], attributes.whole.subarray(1));
  return { issuer: issuer.whole, serial: expected(serial, INTEGER).content, hash, signed,
           attributes: attributesOf(attributes), signature: expected(signature, OCTETS).content };
}

function attributesOf(set) {
  const found = new Map();
  for (const each of children(set)) {
    const [type, values] = children(expected(each, SEQUENCE));
    const name = oid(type), inside = children(expected(values, SET));
    if (found.has(name) || inside.length !== 1) throw new Unreadable("CMS");
    found.set(name, inside[0]);
  }
  return found;
}

// A certificate (X.509), as far as it takes to find it and to use its key.
function certificateOf(bytes) {
  const parts = children(expected(children(expected(der(bytes), SEQUENCE))[0], SEQUENCE));
  const [serial, , issuer, , , spki] = parts[0].tag === 0xa0 ? parts.slice(1) : parts;
  return { bytes, serial: expected(serial, INTEGER).content, issuer: issuer.whole, spki: expected(spki, SEQUENCE).whole };
}

// Which of our certificates the signature names, by issuer and serial number: its key is taken from our own copy.
const named = (cms, certificates) =>
  certificates.find((each) => same(each.issuer, cms.issuer) && same(each.serial, cms.serial));

// Whether the signature is over that content, and the certificate's.
async function cmsVerifies(cms, certificate, content) {
  const said = cms.attributes.get(MESSAGE_DIGEST), type = cms.attributes.get(CONTENT_TYPE);
  if (!said || !type || oid(type) !== DATA) return { content: false, signature: false };
  return {
    content: same(expected(said, OCTETS).content, await digest(content, cms.hash)),
    signature: (await bound(cms, certificate)) && (await rsaVerifies(certificate.spki, cms.hash, cms.signature, cms.signed)),
  };
}

// PAdES signs the digest of the certificate too (RFC 5035), so that no other with the same key can be put in its place.
async function bound(cms, certificate) {
  const value = cms.attributes.get(SIGNING_CERTIFICATE);
  if (!value) return false;
  const parts = children(children(children(value)[0])[0]);
  const algorithm = parts[0].tag === SEQUENCE ? HASHES[oid(children(parts[0])[0])] : "SHA-256";
  const said = parts[0].tag === SEQUENCE ? parts[1] : parts[0];
  return Boolean(algorithm) && same(expected(said, OCTETS).content, await digest(certificate.bytes, algorithm));
}
