// The desk's queue and its filters. Without this script every row is a link to the case's own page and every filter a button.

const NARROW = matchMedia("(max-width: 62rem)");

// On a narrow screen a case has a page of its own: the link is followed instead of filling the panel.
document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt;
  if (!link.matches?.("[data-open]")) return;
  if (NARROW.matches) { event.preventDefault(); location.assign(link.href); return; }
  choose(link.closest("[data-id]"));
});

function choose(row) {
  for (const other of document.querySelectorAll("[data-list] .is-current")) other.classList.remove("is-current");
  row.classList.add("is-current");
  const address = new URL(location.href);
  address.searchParams.set("case", row.dataset.id);
  history.replaceState(history.state, "", address);
}

// A panel that has changed is read from its top.
document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target.id === "detail") detail.target.scrollTop = 0; });

// Choosing is asking: the button is for those without the script.
for (const form of document.querySelectorAll("[data-sieve]")) {
  form.querySelector("[data-sieve-button]").hidden = !form.querySelector("input[type=search]");
  for (const select of form.querySelectorAll(":scope > select")) select.addEventListener("change", () => form.requestSubmit());
}
for (const select of document.querySelectorAll("[data-submits]")) {
  select.form.querySelector("[data-submits-button]").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}
// On a narrow screen the row of filters and the places scroll: what is chosen is shown. (`scrollIntoView` would move the Tab key too.)
for (const chosen of document.querySelectorAll(".filters [aria-current], .desk-nav [aria-current]")) {
  let box = chosen.parentElement;
  while (box !== document.body && box.scrollWidth <= box.clientWidth) box = box.parentElement;
  const inner = chosen.getBoundingClientRect(), outer = box.getBoundingClientRect();
  if (box !== document.body) box.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A map that leaves the page gives back its graphics: a browser has only a few to lend.
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => { target.dongliMap?.remove(); });
