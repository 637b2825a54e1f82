// A file to be verified goes up with a bar, and its result comes into this page, which still has the file: so it can
// cut the signed revision out of it, and nothing need be kept or sent again. Without this the form is sent as any other.
const $ = (selector, root = document) => root.querySelector(selector);
let held = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "verificar" || event.defaultPrevented) return;
  event.preventDefault();
  const data = new FormData(form);
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  const note = $("#enviando", form);
  bar.setAttribute("aria-label", "Avance del envío");
  note.before(bar);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => sent.lengthComputable && (bar.value = sent.loaded / sent.total));
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    note.textContent = "Ya llegó. Lo estamos examinando.";
  });
  request.addEventListener("error", () => form.submit());
  request.addEventListener("load", () => show(request.responseText, data.get("documento")));
  request.open("POST", form.action);
  request.send(data);
});

function show(text, file) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = $("main", page);
  history.pushState(null, "");
  document.title = page.title;
  $("main").replaceWith(main);
  held = file;
  for (const element of main.querySelectorAll(".con-archivo")) element.hidden = false;
  for (const element of main.querySelectorAll(".sin-archivo")) element.hidden = true;
  scrollTo(0, 0);
  ($("#resumen", main) ?? main).focus();
}

// Back from the result: the empty form.
addEventListener("popstate", () => location.reload());

document.addEventListener("click", (event) => {
  const end = Number(event.target.dataset.hasta);
  if (!held || !end) return;
  const address = URL.createObjectURL(held.slice(0, end, "application/pdf"));
  Object.assign(document.createElement("a"), { href: address, download: `version-firmada-${end}.pdf` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
