// Keys at the desk: j k move, Enter opens, u goes back to the list, / searches, ? lists the keys;
// any other letter presses the button or link with data-key="letter", in the current row first, then on the page.
// The list is any element with data-list; its rows are its children with data-id, each with a link.

const dialog = document.getElementById("keys");
const opener = document.querySelector("[data-help]");
if (opener && dialog) { opener.hidden = false; opener.addEventListener("click", () => dialog.showModal()); }

const rows = () => [...document.querySelectorAll("[data-list] [data-id]")];
const place = () => `row:${location.pathname}${location.search}`;
let current = rows().find((row) => row.classList.contains("is-current")) || rows().find((row) => row.dataset.id === sessionStorage.getItem(place()));
if (current) current.classList.add("is-current");

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  sessionStorage.setItem(place(), next.dataset.id);
  (next.querySelector("a[href]") || next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const currentRow = () => document.querySelector("[data-list] .is-current");

function act(key) {
  const pressed = currentRow()?.querySelector(`[data-key="${key}"]`) || document.querySelector(`[data-key="${key}"]`);
  if (!pressed) return false;
  pressed.click();
  return true;
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => dialog?.showModal(),
  u: () => { const back = document.querySelector("[data-key=u], .crumbs li:nth-last-child(2) a"); if (back) back.click(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter") {
    if (event.target.closest("a, button, summary")) return;
    currentRow()?.querySelector("a[href]")?.click();
    return;
  }
  if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); return; }
  if (/^[a-z]$/.test(event.key) && act(event.key)) event.preventDefault();
});
