// A link of ours carries its secret behind "#", which no server sees: the form of the page is filled with it.
// The form names its fields in the order in which the link gives them: <form data-enlace="folio clave">. The person sends
// it, unless the form says that it sends itself (data-envia): a link may come from somebody who wants a draft filled.
const form = document.querySelector("form[data-enlace]");
const given = location.hash.slice(1).split("/");
const fields = form?.dataset.enlace.split(" ") ?? [];
if (form && given.length === fields.length && given.every((word) => /^[\w-]+$/.test(word))) {
  history.replaceState(null, "", location.pathname); // not for who looks at the screen or the history later
  fields.forEach((name, index) => (form.elements[name].value = given[index]));
  const button = form.querySelector("button[type=submit]");
  if ("envia" in form.dataset) button.click();
  else button.focus();
}
