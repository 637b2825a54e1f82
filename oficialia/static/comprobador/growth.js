// What was added to a sealed file, when it is only what the office adds for later years (ETSI EN 319 142-1, DSS and document
// time stamps): new objects that nothing on a page leads to, and a catalog and a page that only name them. Whatever is not
// provably that counts as a change.
const EVIDENCE = new Set(["DSS", "Extensions", "AcroForm"]);
const LATER = new Set(["Size", "Prev", "ID"]);
const LEADING = new Set(["Catalog", "Pages", "Page", "XRef", "ObjStm"]);
const BETWEEN = "(?:[\\0\\t\\n\\f\\r ]|%[^\\r\\n]*[\\r\\n])";
const OBJECT = `(^|[^0-9])([0-9]+)${BETWEEN}+[0-9]+${BETWEEN}*obj`, ENDS = /trailer|startxref/g;
const WIDGET = new Set(["Type", "Subtype", "FT", "T", "V", "Rect", "F", "P", "TU"]);

function onlyEvidence(sealed, bytes, text) {
  try {
    const whole = new Revision(bytes, text, bytes.length);
    const kept = ([number, at]) => at >= sealed.end || at === (sealed.offsets.get(number) ?? 0);
    if (![...whole.offsets].every(kept) || [...sealed.offsets.keys()].some((number) => !whole.offsets.has(number))) return false;
    const later = whole.trailers.filter(({ at }) => at >= sealed.end);
    return later.every(({ trailer }) => sameBut(sealed.trailer, trailer, LATER)) && nothingHidden(sealed, whole, text, later.length);
  } catch (fault) {
    if (fault instanceof Unreadable || fault instanceof TypeError || fault instanceof RangeError) return false;
    throw fault;
  }
}

// Some readers rebuild a table that they do not like, and then show objects that no table names. So each that stands after
// the seal is named, and is evidence, also where a later one took its place; and each table has its own end and no more.
function nothingHidden(sealed, whole, text, tables) {
  const rest = text.slice(sealed.end), size = sealed.trailer.get("Size"), objects = new RegExp(OBJECT, "g");
  let seen = 0;
  for (let match; (match = objects.exec(rest)); seen += 1) {
    const at = sealed.end + match.index + match[1].length, number = Number(match[2]);
    if (whole.named.get(at) !== number) return false;
    if (!(number >= size ? follows(whole.indirect(at, number)) : allowed(number, at, sealed, whole))) return false;
    objects.lastIndex -= 1; // the next may begin right behind it
  }
  const named = [...whole.named.keys()].filter((at) => at >= sealed.end).length;
  return seen === named && rest.match(ENDS).length === 2 * tables;
}

// A new object, to which nothing that was sealed leads.
const follows = ({ value }) => !(value instanceof Map && LEADING.has(value.get("Type")?.name));

// An object that was there and is written anew.
function allowed(number, at, sealed, whole) {
  const ref = new Ref(number, 0), old = sealed.object(ref), { value: now, data } = whole.indirect(at, number);
  const info = sealed.trailer.get("Info");
  if (info instanceof Ref && info.number === number) return follows({ value: now }); // title and dates, which no page shows
  if (!(old instanceof Map && now instanceof Map) || data) return false;
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
