// Every page: toasts, the double-submit guard, htmx manners, and the parts a page asks for by its attributes.
// Nothing here is needed to use the product: without it each form and link still works.

const TOAST_MS = 8000;
const region = document.getElementById("toasts");

/** Show `text` at the foot of the page. `undo` is an address to post to; the offer stays for ten seconds. */
export function toast(text, { tone = "", undo = "" } = {}) {
  const box = document.createElement("div");
  box.className = `ui-toast${tone ? ` ui-tone-${tone}` : ""}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (undo) box.append(button(region.dataset.undo, () => { post(undo); box.remove(); }));
  region.append(box);
  expire(box, undo ? 10000 : TOAST_MS);
}

function button(label, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", onClick);
  return element;
}

function expire(box, after = TOAST_MS) {
  let timer = setTimeout(() => box.remove(), after);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => { timer = setTimeout(() => box.remove(), 2000); });
}

/** The CSRF token of this page, from any form on it or the body's htmx headers. */
export function csrfToken() {
  const input = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (input) return input.value;
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

async function post(url) {
  try {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
    if (!answer.ok) throw new Error(answer.status);
    location.reload();
  } catch { toast(region.dataset.failed, { tone: "bad" }); }
}

// A form is sent once: the second press of the button within the same page view does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.closest("dialog")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  const pressed = event.submitter;
  if (pressed) { pressed.classList.add("is-busy"); pressed.setAttribute("aria-disabled", "true"); }
  setTimeout(() => release(form), 15000);
});

function release(form) {
  delete form.dataset.sent;
  for (const pressed of form.querySelectorAll(".is-busy")) {
    pressed.classList.remove("is-busy");
    pressed.removeAttribute("aria-disabled");
  }
}

// Back and forward: a page out of the browser's memory takes its buttons back.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});

// A refusal answers with HX-Retarget: let it through to the toasts. Anything else that failed is said in general words.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status < 400) return;
  if (detail.xhr.getResponseHeader("HX-Retarget")) { detail.shouldSwap = true; detail.isError = false; }
});
document.addEventListener("htmx:responseError", () => toast(region.dataset.failed, { tone: "bad" }));
document.addEventListener("htmx:sendError", () => toast(region.dataset.failed, { tone: "bad" }));
document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.elt instanceof HTMLFormElement) release(detail.elt); });
document.addEventListener("toast", ({ detail }) => toast(detail.text, detail));
new MutationObserver((records) => {
  for (const record of records) for (const node of record.addedNodes) if (node.matches?.("[data-toast]")) expire(node);
}).observe(region, { childList: true });

// An error summary takes the focus, so that it is read out and the page starts there.
document.querySelector("[data-error-summary]")?.focus();

// One open menu at a time; a press elsewhere or Escape closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

/** Start the parts under `root` that its attributes ask for; each is loaded only where it is. */
export function enhance(root = document) {
  for (const element of root.querySelectorAll("[data-map]:not([data-started])")) {
    element.dataset.started = "1";
    import(element.dataset.module).then((module) => module.start(element)).catch((error) => console.warn("map:", error.message));
  }
  for (const element of root.querySelectorAll("[data-chart]:not([data-started])")) {
    element.dataset.started = "1";
    import(element.dataset.module).then((module) => module.start(element)).catch((error) => console.warn("chart:", error.message));
  }
  if (root.querySelector("[data-photos]")) import("./photos.js").then((module) => module.start(root));
  if (root.querySelector("[data-mentions]")) import("./mentions.js").then((module) => module.start(root));
  if (root.querySelector("[data-phrases]")) import("./phrases.js").then((module) => module.start(root));
  if (root.querySelector("[data-live]")) import("./live.js").then((module) => module.start(root));
  if (root.querySelector("[data-narrow]")) import("./narrow.js").then((module) => module.start(root));
  for (const band of root.querySelectorAll("[data-ringing]")) import("./ringing.js").then((module) => module.start(band));
  if (root.querySelector("[data-countdown]")) import("./countdown.js").then((module) => module.start());
}
enhance();

// The worker's phone: what waits to be sent, and what is kept for when there is no signal; kept pages are their owner's only.
const isWorkers = document.querySelector("[data-offline]");
if (isWorkers) import("./offline.js").then((module) => module.start());
if (document.querySelector("[data-queue]")) import("./queue.js").then((module) => module.start(document.querySelector("[data-queue]")));
if (document.querySelector("[data-install]")) import("./install.js").then((module) => module.start(document.querySelector("[data-install]")));
if (isWorkers || remembers("dongli-kept")) import("./kept.js").then((module) => module.start(document.body.dataset.owner || ""));
function remembers(name) { try { return localStorage.getItem(name) !== null; } catch { return false; } }

document.addEventListener("htmx:load", ({ detail }) => { if (detail.elt !== document.body) enhance(detail.elt.parentElement || document); });
document.addEventListener("dongli:refreshed", ({ target }) => enhance(target));
