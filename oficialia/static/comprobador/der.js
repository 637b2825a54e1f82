// DER (X.690): a value is its tag, its length and its content, and holds other values where it is constructed.
const SEQUENCE = 0x30, SET = 0x31, INTEGER = 0x02, OID = 0x06, OCTETS = 0x04;

// The value that begins at `at`: its tag, where its content begins and ends, and all of its bytes.
function der(bytes, at = 0, limit = bytes.length) {
  let start = at + 2, length = bytes[at + 1];
  if (length === undefined || (bytes[at] & 0x1f) === 0x1f) throw new Unreadable("DER");
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 4) throw new Unreadable("DER");
    length = 0;
    for (let each = 0; each < count; each += 1) length = length * 256 + bytes[start + each];
    start += count;
  }
  const end = start + length;
  if (!(end <= limit)) throw new Unreadable("DER");
  return { tag: bytes[at], start, end, content: bytes.subarray(start, end), whole: bytes.subarray(at, end), bytes };
}

function children(value) {
  const found = [];
  for (let at = value.start; at < value.end; ) {
    const child = der(value.bytes, at, value.end);
    found.push(child);
    at = child.end;
  }
  return found;
}

// The same value, if it has the tag that it must have.
function expected(value, tag) {
  if (!value || value.tag !== tag) throw new Unreadable("DER");
  return value;
}

function oid(value) {
  const [first, ...rest] = expected(value, OID).content;
  const numbers = [Math.floor(first / 40), first % 40];
  let number = 0;
  for (const byte of rest) {
    number = number * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers.join(".");
}
