// The public ledger: RFC 6962 hashes, c2sp.org/tlog-proof, tlog-checkpoint, signed-note and tlog-cosignature.
const LOG = 1, WITNESS = 4, MOST_HASHES = 63;
const leafHash = (entry) => digest(joined([0], entry));
const nodeHash = (left, right) => digest(joined([1], left, right));

function decimal(text) {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new Unreadable("número");
  return Number(text);
}

function hashOf(text) {
  const bytes = unbase64(text);
  if (bytes.length !== 32) throw new Unreadable("huella");
  return bytes;
}

// A proof of inclusion: the leaf, its number, the hashes to the root, and the checkpoint with that root.
function proofOf(text) {
  const at = text.indexOf("\n\n"), lines = text.slice(0, at).split("\n");
  const [header, extra, index, ...hashes] = lines;
  if (at < 0 || header !== "c2sp.org/tlog-proof@v1" || !extra?.startsWith("extra ") || !index?.startsWith("index ")) {
    throw new Unreadable("prueba");
  }
  if (hashes.length > MOST_HASHES) throw new Unreadable("prueba");
  const note = noteOf(text.slice(at + 2));
  return { leaf: unbase64(extra.slice(6)), index: decimal(index.slice(6)), hashes: hashes.map(hashOf), note,
           checkpoint: checkpointOf(note.text) };
}

function noteOf(content) {
  const at = content.lastIndexOf("\n\n");
  if (at < 0 || !content.endsWith("\n")) throw new Unreadable("nota");
  const signatures = content.slice(at + 2, -1).split("\n").map((line) => {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    const value = match ? unbase64(match[2]) : [];
    if (value.length < 5) throw new Unreadable("nota");
    return { name: match[1], id: value.subarray(0, 4), value: value.subarray(4) };
  });
  return { text: content.slice(0, at + 1), signatures };
}

function checkpointOf(text) {
  const [origin, size, root] = text.split("\n");
  if (root === undefined) throw new Unreadable("punto de control");
  return { origin, size: decimal(size), root: hashOf(root) };
}

// RFC 9162, 2.1.3.2.
async function isIncluded(proof) {
  let place = proof.index, last = proof.checkpoint.size - 1, found = await leafHash(proof.leaf);
  if (place > last) return false;
  const half = (number) => Math.floor(number / 2);
  for (const each of proof.hashes) {
    if (last === 0) return false;
    if (place % 2 || place === last) {
      found = await nodeHash(each, found);
      while (place && !(place % 2)) [place, last] = [half(place), half(last)];
    } else {
      found = await nodeHash(found, each);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && same(found, proof.checkpoint.root);
}

// A public key in its one line: name+id+base64(kind ‖ key). Neither id nor base64 has a plus sign before them.
async function keyOf(line) {
  const [name, id] = line.split("+", 2), content = unbase64(line.slice(name.length + id.length + 2));
  const made = (await digest(joined(new TextEncoder().encode(`${name}\n`), content))).subarray(0, 4);
  if (content.length !== 33 || hex(made) !== id) throw new Unreadable("llave");
  return { name, id: made, kind: content[0], raw: content.subarray(1) };
}

// Of a key: null where it did not sign the note; else when, in seconds since 1970 (0 for a log, which tells no time).
async function signedBy(note, key) {
  const mine = note.signatures.find((each) => each.name === key.name && same(each.id, key.id));
  const before = key.kind === WITNESS ? 8 : 0;
  if (!mine || mine.value.length !== before + 64) return null;
  const seconds = before ? Number(new DataView(mine.value.slice(0, 8).buffer).getBigUint64(0)) : 0;
  const text = before ? `cosignature/v1\ntime ${seconds}\n${note.text}` : note.text;
  const good = await ed25519Verifies(key.raw, mine.value.subarray(before), new TextEncoder().encode(text));
  return good ? seconds : null;
}
