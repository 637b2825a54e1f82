// Everything here is a convenience: each page works without it.
const $ = (selector, root = document) => root.querySelector(selector);
const megabytes = (bytes) => `${Math.round(bytes / 1048576)} MB`;

for (const element of document.querySelectorAll(".solo-js")) element.hidden = false;
$("#resumen")?.focus();
$("[data-imprimir]")?.addEventListener("click", () => print());
$("[data-copiar]")?.addEventListener("click", async (event) => {
  const note = $("#copiado");
  try {
    await navigator.clipboard.writeText(event.target.dataset.copiar);
    note.textContent = "Copiado.";
  } catch {
    note.textContent = "No se pudo copiar. Anótelos a mano.";
  }
});

// A link to a field opens whatever hides it.
function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
}
addEventListener("hashchange", reveal);
reveal();

// Sizes are looked at before a slow connection is spent on what would be refused; a second tap sends nothing.
// Listening on the whole page, so that it holds for forms that come later too.
const isUpload = (form) => form.matches("form[data-archivo]");
function fault(form) {
  const files = [...form.querySelectorAll("input[type=file]:not(:disabled)")].flatMap((input) => [...input.files]);
  const large = files.find((file) => file.size > Number(form.dataset.archivo));
  if (large) return `«${large.name}» pesa ${megabytes(large.size)}. Recibimos hasta ${megabytes(form.dataset.archivo)} por archivo.`;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  return total > Number(form.dataset.total) ? `Sus archivos pesan ${megabytes(total)} en total. Recibimos hasta ${megabytes(form.dataset.total)}.` : "";
}
function check(form) {
  const notice = $("#aviso-archivos", form);
  notice.textContent = fault(form);
  notice.hidden = !notice.textContent;
  return notice.hidden;
}
function say(form, sent, words) {
  form.toggleAttribute("data-enviado", sent);
  $("button[type=submit]", form).ariaDisabled = sent || null;
  $("#enviando", form).textContent = words;
}
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (event.target.type === "file" && form && isUpload(form)) check(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!isUpload(form)) return;
  if ("enviado" in form.dataset || !check(form)) return event.preventDefault();
  say(form, true, "Enviando. No cierre esta página; puede tardar si su conexión es lenta.");
});
// Back from the next page: the button works again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-archivo]").forEach((form) => say(form, false, "")));

// The main document: only the chosen way is sent.
const filing = $("#presentar");
if (filing) {
  const choose = () => {
    const way = filing.elements.forma.value;
    for (const [name, value] of [["principal", "pdf"], ["fotos", "fotos"]]) {
      filing.elements[name].disabled = way !== value;
      filing.elements[name].required = way === value;
    }
    filing.elements.peticion.required = way === "texto";
  };
  for (const radio of filing.elements.forma) radio.addEventListener("change", choose);
  addEventListener("pageshow", choose);
  choose();

  // Attachments one at a time instead of five at once.
  const rows = [...filing.querySelectorAll(".anexo")];
  const home = $("#anexos");
  if (rows.length > 1) {
    rows.forEach((row) => home.append(row));
    $("#mas-anexos")?.remove();
    const used = (row) => [...row.querySelectorAll("input")].some((input) => (input.type === "checkbox" ? input.checked : input.value)) || $(".error", row);
    let shown = rows.findLastIndex(used) + 1 || 1;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "boton segundo" });
    const show = () => {
      rows.forEach((row, index) => (row.hidden = index >= shown));
      button.textContent = `Agregar el anexo ${shown + 1}`;
      button.hidden = shown >= rows.length;
    };
    button.addEventListener("click", () => {
      shown += 1;
      show();
      rows[shown - 1].open = true;
      $("input[type=file]", rows[shown - 1]).focus();
    });
    home.append(button);
    show();
  }
}

// The stages of a filing, without reloading: often at first, then ever less.
const stages = $("[data-estado]");
if (stages) {
  let wait = 1500;
  const ask = async () => {
    try {
      const answer = await fetch(stages.dataset.estado, { headers: { Accept: "application/json" } });
      if (answer.status === 404) return;
      if (answer.ok) {
        const state = await answer.json();
        if (stages.dataset.visto !== state.html) {
          stages.innerHTML = stages.dataset.visto = state.html;
        }
        if ($("#frase").textContent !== state.frase) $("#frase").textContent = state.frase;
        if (state.terminado) return;
      }
    } catch {
      // No connection for a moment: the next turn asks again.
    }
    wait = Math.min(wait * 1.3, 15000);
    setTimeout(ask, wait);
  };
  setTimeout(ask, wait);
}
