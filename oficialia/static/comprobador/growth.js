// What was added to a sealed file, when it is only what the office adds for later years (ETSI EN 319 142-1, DSS and document
// time stamps): new objects that nothing on a page leads to, and a catalog and a page that only name them. Whatever is not
// provably that counts as a change.
const EVIDENCE = new Set(["DSS", "Extensions", "AcroForm"]);
const LATER = new Set(["Size", "Prev", "ID"]);
const WIDGET = new Set(["Type", "Subtype", "FT", "T", "V", "Rect", "F", "P", "TU"]);

function onlyEvidence(sealed, bytes, text) {
  try {
    const whole = new Revision(bytes, text, bytes.length);
    const before = sealed.trailer.get("Size");
    if (!sameBut(sealed.trailer, whole.trailer, LATER) || [...sealed.offsets.keys()].some((number) => !whole.offsets.has(number))) return false;
    for (const [number, at] of whole.offsets) {
      if (at === sealed.offsets.get(number) || (number >= before && at >= sealed.end)) continue;
      if (at < sealed.end || !allowed(number, sealed, whole)) return false;
    }
    return true;
  } catch (fault) {
    if (fault instanceof Unreadable || fault instanceof TypeError || fault instanceof RangeError) return false;
    throw fault;
  }
}

// An object that was there and is written anew.
function allowed(number, sealed, whole) {
  const ref = new Ref(number, 0), old = sealed.object(ref), now = whole.object(ref);
  const info = sealed.trailer.get("Info");
  if (info instanceof Ref && info.number === number) return true; // title and dates, which no page shows
  if (!(old instanceof Map && now instanceof Map) || whole.indirect(whole.offsets.get(number), number).data) return false;
  if (sealed.trailer.get("Root").number === number) {
    return sameBut(old, now, EVIDENCE) && formGrew(sealed.object(old.get("AcroForm")), whole.object(now.get("AcroForm")), sealed, whole);
  }
  if (old.get("Type")?.name === "Page") {
    return sameBut(old, now, new Set(["Annots"])) && listGrew(sealed.object(old.get("Annots")), whole.object(now.get("Annots")), sealed, whole);
  }
  return old.has("Fields") && formGrew(old, now, sealed, whole);
}

function formGrew(old, now, sealed, whole) {
  return sameBut(old, now, new Set(["Fields", "SigFlags"])) && listGrew(sealed.object(old.get("Fields")), whole.object(now.get("Fields")), sealed, whole);
}

// The same list with more behind it: fields of signatures that show nothing.
function listGrew(old = [], now = [], sealed, whole) {
  const more = now.slice(old.length);
  return equal(old, now.slice(0, old.length)) && more.every((each) => isBlank(each, sealed, whole));
}

function isBlank(ref, sealed, whole) {
  const field = whole.object(ref);
  const [left, bottom, right, top] = whole.object(field.get("Rect"));
  return ref.number >= sealed.trailer.get("Size") && field.get("FT").name === "Sig" && left === right && bottom === top
    && [...field.keys()].every((key) => WIDGET.has(key));
}

const sameBut = (old, now, keys) =>
  [...new Set([...old.keys(), ...now.keys()])].every((key) => keys.has(key) || equal(old.get(key), now.get(key)));

function equal(a, b) {
  if (a instanceof Map) return b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key)));
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, at) => equal(each, b[at]));
  if (a instanceof Name) return b instanceof Name && a.name === b.name;
  if (a instanceof Ref) return b instanceof Ref && a.number === b.number && a.generation === b.generation;
  return a === b;
}
