// As much of PDF (ISO 32000-1) as our acuses use: objects in the clear, reference tables, attached files, signatures.
// Everything is read from the table of references, as a viewer reads it; what a table does not name does not count.
class Name { constructor(text) { this.name = text; } }
class Ref { constructor(number, generation) { this.number = number; this.generation = generation; } }
const BLANK = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y, NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)/y, WORD = /true|false|null/y;
const REF = /(\d+)[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+R(?![A-Za-z])/y, NAME = /\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y;
// A table of references as ISO 32000-1, 7.5.4, has it. Readers that meet another one rebuild it, each in its own way.
const TABLE = /xref(?:\r\n|\r|\n)/y, SECTION = /(\d+) (\d+) ?(?:\r\n|\r|\n)/y, ENTRY = /(\d{10}) (\d{5}) ([fn])(?: \r| \n|\r\n)/y;
const HEADER = /(\d+)[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+obj/y, HEX = /<([0-9A-Fa-f\0\t\n\f\r ]*)>/y;
const ESCAPES = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };
const DEEPEST = 60;

// Each byte one letter: positions in the text are positions in the file.
function lettersOf(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

class Parser {
  constructor(text, at) { this.text = text; this.at = at; }

  take(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  comes(word) {
    this.take(BLANK);
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  value(depth = 0) {
    if (depth > DEEPEST) throw new Unreadable("PDF");
    let match;
    if (this.comes("<<")) return this.dictionary(depth);
    if (this.comes("[")) return this.array(depth);
    if (this.comes("(")) return this.string();
    if ((match = this.take(HEX))) return String.fromCharCode(...padded(match[1].replace(/[^0-9A-Fa-f]/g, "")));
    if ((match = this.take(NAME))) return new Name(match[1].replace(/#([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16))));
    if ((match = this.take(REF))) return new Ref(Number(match[1]), Number(match[2]));
    if ((match = this.take(NUMBER))) return Number(match[0]);
    if ((match = this.take(WORD))) return { true: true, false: false, null: null }[match[0]];
    throw new Unreadable("PDF");
  }

  dictionary(depth) {
    const found = new Map();
    while (!this.comes(">>")) {
      const key = this.value(depth + 1);
      if (!(key instanceof Name) || found.has(key.name)) throw new Unreadable("PDF");
      found.set(key.name, this.value(depth + 1));
    }
    return found;
  }

  array(depth) {
    const found = [];
    while (!this.comes("]")) found.push(this.value(depth + 1));
    return found;
  }

  string() {
    let found = "";
    for (let open = 1; ; this.at += 1) {
      const letter = this.text[this.at];
      if (letter === undefined) throw new Unreadable("PDF");
      if (letter === "\\") {
        found += this.escape();
        continue;
      }
      open += letter === "(" ? 1 : letter === ")" ? -1 : 0;
      if (!open) break;
      found += letter;
    }
    this.at += 1;
    return found;
  }

  escape() {
    const [code] = /^[0-7]{1,3}|^\r\n|^[^]/.exec(this.text.slice(this.at + 1, this.at + 4));
    this.at += code.length;
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 0xff);
    return /[\r\n]/.test(code) ? "" : ESCAPES[code] ?? code;
  }
}

const padded = (digits) => unhex(digits.length % 2 ? `${digits}0` : digits);

// One revision of a file: its bytes to `end`, which is where its %%EOF is.
class Revision {
  constructor(bytes, text, end) {
    this.bytes = bytes;
    this.text = text;
    this.end = end;
    this.offsets = new Map();
    this.named = new Map(); // by offset, also what a later table names anew
    this.trailers = [];
    const last = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text.slice(Math.max(0, end - 64), end));
    const seen = new Set();
    for (let at = last ? Number(last[1]) : NaN; at !== undefined; ) {
      if (!(at < end) || seen.has(at)) throw new Unreadable("PDF");
      seen.add(at);
      at = this.table(at);
    }
  }

  table(at) {
    const parser = new Parser(this.text, at), seen = new Set();
    if (!parser.take(TABLE)) throw new Unreadable("PDF");
    for (let section; (section = parser.take(SECTION)); ) {
      const first = Number(section[1]), end = first + Number(section[2]);
      for (let number = first; number < end; number += 1) {
        const entry = parser.take(ENTRY);
        if (!entry || seen.has(number)) throw new Unreadable("PDF");
        seen.add(number);
        this.entry(number, entry[3] === "n" ? Number(entry[1]) : 0);
      }
    }
    if (!parser.comes("trailer")) throw new Unreadable("PDF");
    const trailer = parser.value();
    this.trailers.push({ at, trailer });
    if (trailer.has("XRefStm")) throw new Unreadable("PDF");
    return trailer.get("Prev");
  }

  entry(number, at) {
    if (at) this.named.set(at, number);
    if (!this.offsets.has(number)) this.offsets.set(number, at);
  }

  get trailer() { return this.trailers[0].trailer; }

  object(value) {
    if (!(value instanceof Ref)) return value;
    const at = this.offsets.get(value.number);
    return at ? this.indirect(at, value.number).value : null;
  }

  // The object that is written at an offset: its value, and its data where it is a stream.
  indirect(at, number) {
    const parser = new Parser(this.text, at);
    const header = parser.take(HEADER);
    if (!header || Number(header[1]) !== number || at >= this.end) throw new Unreadable("PDF");
    const value = parser.value();
    if (!parser.comes("stream")) return { value, end: parser.at };
    parser.take(/\r?\n/y);
    const length = this.object(value.get("Length"));
    if (!(length >= 0 && parser.at + length <= this.end)) throw new Unreadable("PDF");
    return { value, data: this.bytes.subarray(parser.at, parser.at + length) };
  }

  async stream(ref) {
    const { value, data } = this.indirect(this.offsets.get(ref.number), ref.number);
    const filter = this.object(value.get("Filter"));
    const names = filter === undefined ? [] : Array.isArray(filter) ? filter : [filter];
    if (!data || names.length > 1 || value.has("DecodeParms")) throw new Unreadable("PDF");
    if (!names.length) return data;
    if (names[0].name !== "FlateDecode") throw new Unreadable("PDF");
    return inflated(data);
  }

  get catalog() { return this.object(this.trailer.get("Root")); }

  // The attached files by name.
  async attachments() {
    const found = new Map();
    const tree = (node, depth) => {
      if (depth > DEEPEST) throw new Unreadable("PDF");
      const names = this.object(node.get("Names")) ?? [];
      const kids = (this.object(node.get("Kids")) ?? []).flatMap((kid) => tree(this.object(kid), depth + 1));
      return [...names.filter((_, at) => at % 2), ...kids];
    };
    const root = this.object(this.object(this.catalog.get("Names"))?.get("EmbeddedFiles"));
    for (const each of root ? tree(root, 0) : []) {
      const file = this.object(each), name = this.object(file.get("UF") ?? file.get("F"));
      if (found.has(name)) throw new Unreadable("PDF");
      found.set(name, await this.stream(this.object(file.get("EF")).get("F")));
    }
    return found;
  }
}

const MOST_INFLATED = 1 << 24; // an attachment of ours has some kilobytes

async function inflated(data) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      size += part.value.length;
      if (size > MOST_INFLATED) throw new Unreadable("PDF");
    }
  } catch {
    throw new Unreadable("PDF");
  }
  return joined(...parts);
}

// Every signature that the file has in the clear, the one that covers most first.
function signaturesOf(bytes, text) {
  const found = [];
  for (const match of text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)) {
    const [start, first, second, rest] = match.slice(1).map(Number), end = second + rest;
    if (start !== 0 || !(first < second && end <= bytes.length)) continue;
    const at = text.lastIndexOf(" obj", first), fields = at < 0 ? null : signatureAt(text, at + 4, match.index, first, second);
    if (fields) found.push({ fields, end, content: () => joined(bytes.subarray(0, first), bytes.subarray(second, end)) });
  }
  return found.sort((a, b) => b.end - a.end);
}

// The dictionary that has that /ByteRange, and whose /Contents is just the gap.
function signatureAt(text, at, range, first, second) {
  try {
    const parser = new Parser(text, at), fields = parser.value();
    const gap = /^<([0-9A-Fa-f]+)>$/.exec(text.slice(first, second));
    const own = range < parser.at && second <= parser.at && fields instanceof Map;
    return own && gap && fields.get("Contents") === String.fromCharCode(...unhex(gap[1])) ? fields : null;
  } catch (fault) {
    if (fault instanceof Unreadable) return null;
    throw fault;
  }
}
