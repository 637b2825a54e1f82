// Files go up while the person still fills the page, and go on by themselves after the connection dropped; the form then
// sends none. It enhances <input type=file data-envio="SLOT">, as templates/_envio.html writes it: without this program
// the same form sends the files itself.
import { remember } from "./comun/elegido.js";
import { digest, Refused, remove, send } from "./comun/tus.js";

const token = document.querySelector("meta[name=csrf-token]")?.content;
const LOST = "Se perdió la conexión. Seguimos solos donde íbamos en cuanto vuelva; no cierre esta página.";
const grouped = (sha256) => sha256.match(/.{1,8}/g).join(" ");
const percent = (part, whole) => `${Math.floor((100 * part) / whole)} %`;
const uploads = new Map(); // of each form: its fields

class Field {
  constructor(input) {
    this.input = input;
    const box = input.closest(".envio");
    this.list = box.querySelector(".subidos");
    this.model = box.querySelector("template").content;
    this.status = box.querySelector("[role=status]");
    this.wanted = input.dataset.obligatorio !== undefined;
    this.waiting = []; // files to go up, the first of them on its way
    input.addEventListener("change", () => this.choose([...input.files]));
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=quitar]");
      if (!button) return;
      event.preventDefault();
      this.takeAway(button.closest("li"));
    });
    this.settle();
  }

  get way() {
    const { direccion: address, envio: slot, borrador: draft } = this.input.dataset;
    return { address, slot, draft, token, lost: () => this.say(LOST) };
  }

  get busy() {
    return this.waiting.length > 0;
  }

  // The form asks for a file only while there is none, and sends none itself.
  settle() {
    this.input.required = this.wanted && !this.list.querySelector("li:not(.mal, .a-medias)");
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  choose(files) {
    this.input.value = "";
    for (const old of this.list.querySelectorAll("li.mal")) old.remove();
    if (!this.input.multiple) [...this.waiting].forEach((item) => this.drop(item));
    const items = files.map((file) => ({ file, row: this.show(file), stop: new AbortController() }));
    const idle = !this.busy;
    this.waiting.push(...items);
    this.settle();
    if (idle) this.work();
  }

  // Not wanted any more; what went up of it is taken away when its turn ends.
  drop(item) {
    item.stop.abort();
    item.row.remove();
    if (item !== this.waiting[0]) this.waiting.splice(this.waiting.indexOf(item), 1);
  }

  // Nobody is waiting for it: what stays is swept after a day.
  async forget(id) {
    if (id) await remove(id, this.way).catch(() => {});
  }

  show(file) {
    const row = this.model.cloneNode(true).firstElementChild;
    row.querySelector(".nombre").textContent = file.name;
    row.querySelector(".dato").textContent = size(file.size);
    row.querySelector("progress").max = file.size;
    for (const named of row.querySelectorAll("[aria-label]")) named.setAttribute("aria-label", `${named.getAttribute("aria-label")} ${file.name}`);
    this.list.append(row);
    return row;
  }

  async work() {
    let failed = false;
    while (this.busy) {
      const item = this.waiting[0];
      try {
        await this.up(item);
      } catch (fault) {
        if (item.stop.signal.aborted) {
          await this.forget(item.row.dataset.archivo);
        } else {
          failed = true;
          this.fail(item, fault instanceof Refused ? fault.message : "No pudimos subir el archivo. Elíjalo otra vez.");
        }
      }
      this.waiting.shift();
      this.settle();
    }
    goOn(this.input.form, failed);
  }

  async up({ file, row, stop }) {
    const limit = Number(this.input.dataset.limite);
    if (!file.size) throw new Refused(this.input.dataset.vacio);
    if (file.size > limit) throw new Refused(this.input.dataset.demasiado);
    const bar = row.querySelector("progress");
    this.say(`Revisando ${file.name}…`);
    const sha256 = await digest(file);
    stop.signal.throwIfAborted();
    this.fingerprint(row, sha256);
    let told = -1;
    let lost = false;
    await send(file, {
      ...this.way,
      sha256,
      cancelled: stop.signal,
      begun: (id) => {
        this.list.querySelector(`.a-medias[data-archivo="${id}"]`)?.remove();
        row.dataset.archivo = id;
        if (!this.input.multiple) remember(this.input.dataset.envio, { sha256, size: file.size }); // for who signs it later
      },
      progress: (bytes) => {
        bar.value = bytes;
        const tenth = Math.floor((10 * bytes) / file.size);
        row.querySelector(".avance").textContent = `Subiendo: ${percent(bytes, file.size)}`;
        if (tenth !== told || lost) this.say(`Subiendo ${file.name}: ${percent(bytes, file.size)}`); // not each step: it is read aloud
        told = tenth;
        lost = false;
      },
      lost: () => {
        lost = true;
        row.querySelector(".avance").textContent = "Sin conexión";
        this.say(LOST);
      },
    });
    row.querySelector(".subiendo").remove();
    if (!this.input.multiple) await this.replace(row);
    this.mended();
    this.say(`Listo: ${file.name}`);
  }

  // A file that came mends what the office found wrong with this field; the rest of the page keeps its faults.
  mended() {
    document.getElementById(`${this.input.id}-error`)?.remove();
    this.input.closest(".mal")?.classList.remove("mal");
    this.input.removeAttribute("aria-invalid");
    const summary = document.getElementById("resumen");
    summary?.querySelector(`a[href="#${this.input.id}"]`)?.closest("li").remove();
    if (summary && !summary.querySelector("li")) summary.remove();
  }

  fingerprint(row, sha256) {
    const place = row.querySelector(".huella");
    if (sha256) place.querySelector("code").textContent = grouped(sha256);
    place.hidden = !sha256;
  }

  fail({ row }, words) {
    const error = Object.assign(document.createElement("p"), { className: "error", textContent: words });
    error.setAttribute("role", "alert");
    row.classList.add("mal");
    row.querySelector(".subiendo").replaceChildren(error);
    row.querySelector(".huella").hidden = true;
    this.say("");
    this.forget(row.dataset.archivo);
  }

  // Where one file belongs, the last one stays.
  async replace(row) {
    for (const old of [...this.list.children]) {
      if (old === row || !old.dataset.archivo) continue;
      await this.forget(old.dataset.archivo);
      old.remove();
    }
  }

  async takeAway(row) {
    const name = row.querySelector(".nombre").textContent;
    const item = this.waiting.find((each) => each.row === row);
    if (item) this.drop(item);
    try {
      if (!item && row.dataset.archivo) await remove(row.dataset.archivo, this.way);
    } catch (fault) {
      return this.say(fault.message);
    }
    row.remove();
    this.settle();
    this.say(`Quitamos ${name}.`);
    this.input.focus();
  }
}

// Who presses the button early is not held up by a message: the form goes when the last file is up.
function goOn(form, failed) {
  const fields = uploads.get(form);
  if (fields.some((field) => field.busy)) return;
  const pressed = form.pressed;
  form.pressed = undefined;
  if (pressed && !failed) pressed.click();
}

// As wording.file_size writes it.
function size(bytes) {
  if (bytes < 10_000) return `${bytes.toLocaleString("es-MX")} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000).toLocaleString("es-MX")} KB`;
  return `${(bytes / 1_000_000).toLocaleString("es-MX", { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}

if (token) {
  for (const input of document.querySelectorAll("input[type=file][data-envio]")) {
    const fields = uploads.get(input.form) ?? [];
    uploads.set(input.form, [...fields, new Field(input)]);
  }
}
addEventListener(
  "submit",
  (event) => {
    const busy = uploads.get(event.target)?.find((field) => field.busy);
    if (!busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.pressed = event.submitter;
    busy.say("Sus archivos siguen subiendo. Al terminar, continuamos solos.");
  },
  true,
);
addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].flat().some((field) => field.busy)) event.preventDefault();
});
