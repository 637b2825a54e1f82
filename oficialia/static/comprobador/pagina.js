// The page: a file is chosen, its steps are shown. Nothing leaves this machine: the page has no leave to send anything.
const data = JSON.parse(document.getElementById("datos").textContent);
const $ = (id) => document.getElementById(id);
const MOST_BYTES = 1 << 26;
let digests = null; // of the acuse that is shown, for the documents that go with it

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const MARKS = { bien: ["✓", "Bien: "], mal: ["✗", "Mal: "], nota: ["!", "Sin comprobar: "] };

function marked(step) {
  const [sign, words] = MARKS[step.state], row = element("li", "", step.state), mark = element("span", sign, "marca");
  mark.setAttribute("aria-hidden", "true");
  const text = element("div");
  text.append(element("strong", step.name), element("span", words, "oculto"), element("p", step.text));
  row.append(mark, text);
  return row;
}

function shown(field) {
  const row = element("div"), value = element("dd");
  if (field.kind === "huella" && field.value) value.append(element("code", field.value.match(/.{1,8}/g).join(" ")));
  else value.textContent = field.value ? readable(field) : "No se dio";
  row.append(element("dt", field.label), value);
  return row;
}

function readable({ kind, value }) {
  if (kind === "texto") return value;
  const [, year, month, day, time, zone] = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d)(.+))?$/.exec(value) ?? [];
  if (!year) return value;
  const date = new Intl.DateTimeFormat("es-MX", { dateStyle: "long", timeZone: "UTC" }).format(Date.UTC(year, month - 1, day));
  return time ? `${date}, ${time} (${zone.replace("-", "−")})` : date;
}

function verdict(check) {
  const unsure = !check.failed && check.steps.some((step) => step.state === "nota");
  const color = check.failed ? "mal" : unsure ? "nota" : "bien";
  const titles = { bien: "El acuse es auténtico", nota: "El acuse es auténtico; falta comprobar algo", mal: "No se puede dar por bueno" };
  return [color, titles[color]];
}

async function examine(file) {
  $("resultado").hidden = true;
  $("estado").textContent = `Comprobando «${file.name}»…`;
  if (!globalThis.crypto?.subtle) return tell("Este navegador no deja comprobar firmas en un archivo local. Pruebe con otro: Firefox, Chrome o Edge recientes.");
  if (file.size > MOST_BYTES) return tell("Ese archivo es muy grande para ser un acuse.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const check = await checkAcuse(bytes, data);
  const [color, title] = verdict(check);
  $("veredicto").className = `caja ${color}`;
  $("titulo").textContent = title;
  $("razon").textContent = check.failed ?? `Folio ${check.fields[1].value}. Compare lo de abajo con lo que dice su acuse.`;
  $("pasos").replaceChildren(...check.steps.map(marked));
  $("valores").replaceChildren(...(check.failed ? [] : check.fields.map(shown)));
  for (const id of ["datos-acuse", "documentos"]) $(id).hidden = Boolean(check.failed);
  digests = check.failed ? null : { recibido: check.fields[11].value, sellado: check.fields[13].value };
  $("sellada").hidden = check.part === null;
  if (check.part !== null) $("guardar").onclick = () => save(bytes.subarray(0, check.part), file.name);
  tell("");
  $("resultado").hidden = false;
  $("titulo").focus();
}

// The part that was sealed, for whoever wants to see just what was sealed.
function save(part, name) {
  const link = element("a"), address = URL.createObjectURL(new Blob([part], { type: "application/pdf" }));
  [link.href, link.download] = [address, `sellado-${name}`];
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

async function compare(file) {
  const found = hex(await digest(new Uint8Array(await file.arrayBuffer())));
  const [which] = Object.entries(digests).find(([, value]) => value === found) ?? [];
  const words = { recibido: "Es, letra por letra, el documento que la oficina recibió.", sellado: "Es, letra por letra, la copia que la oficina selló." };
  $("comparado").className = which ? "bien" : "mal";
  $("comparado").textContent = which ? words[which] : "No es el documento que se recibió ni la copia que se selló al dar este acuse.";
}

const tell = (text) => { $("estado").textContent = text; };

function listens(input, act) {
  $(input).addEventListener("change", async (event) => {
    const [file] = event.target.files;
    try {
      if (file) await act(file);
    } catch (fault) {
      tell("No se pudo leer ese archivo. Ábralo desde su carpeta e inténtelo otra vez.");
      console.error(fault);
    }
  });
}

listens("acuse", examine);
listens("documento", compare);
