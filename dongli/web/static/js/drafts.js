// What is typed into a step's form and not yet sent survives a reload, a dead battery and a lost signal: kept on the
// phone under its owner and its task, photos too, until the step is taken, the log-out, or a week has passed.

import { drop, get, put } from "./outbox.js";

const WEEK = 7 * 24 * 3600_000, PAUSE = 400;

/** Watch the page's step form; fill it with what was typed before, unless it was just sent back or `skip` says no. */
export async function startDrafts({ owner, formOf, skip, says }) {
  const form = formOf();
  if (!form) return;
  const id = `${owner}:${new URL(form.action, location.href).pathname}:${form.elements.grid?.value || ""}`;
  form.dataset.draft = id;
  const draft = await get("drafts", id);
  const isFresh = draft && Date.now() - draft.at < WEEK;
  if (draft && !isFresh) await drop("drafts", id);
  if (isFresh && !skip && !document.querySelector("[data-error-summary]")) {
    form.closest("details")?.setAttribute("open", "");
    await fill(form, draft.fields);
    offerAnew(form, draft, says);
  }
  let timer;
  const save = () => { if (!form.dataset.sent) put("drafts", { id, owner, at: Date.now(), fields: kept(form) }).catch((error) => console.warn("draft:", error.message)); };
  const soon = () => { clearTimeout(timer); timer = setTimeout(save, PAUSE); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("dongli:photos", soon);
}

function kept(form) {
  const own = new Set(["csrfmiddlewaretoken", "idempotency_key", "next", "room", "grid"]);
  return [...new FormData(form)].filter(([name, value]) => !own.has(name) && !(value instanceof File && !value.size));
}

/** Put fields back: [[name, text or file], …]. */
export async function fill(form, fields) {
  const files = new Map();
  for (const [name, value] of fields) {
    if (value instanceof File) { files.set(name, [...(files.get(name) || []), value]); continue; }
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (name === "idempotency_key" || name === "csrfmiddlewaretoken") continue;
      if (control.type === "radio" || control.type === "checkbox") { if (control.value === value) control.checked = true; }
      else if (control.type !== "file") control.value = value;
    }
  }
  if (!files.size) return;
  await import("./photos.js").then((module) => module.start(form));
  for (const [name, list] of files) {
    const input = form.querySelector(`input[type=file][name="${CSS.escape(name)}"]`);
    if (!input) continue;
    const bag = new DataTransfer();
    for (const file of list) bag.items.add(file);
    input.files = bag.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function offerAnew(form, draft, says) {
  const line = document.createElement("p");
  line.className = "ui-muted";
  const at = new Date(draft.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  line.append(says.draft.replace("{time}", at), " ");
  const anew = document.createElement("button");
  anew.type = "button";
  anew.className = "btn btn-link";
  anew.textContent = says.draftDrop;
  anew.addEventListener("click", async () => { await drop("drafts", draft.id); location.reload(); });
  line.append(anew);
  form.prepend(line);
}

/** The step was taken or kept: its draft is done. */
export function forgetDraft(form) {
  if (form.dataset.draft) drop("drafts", form.dataset.draft).catch(() => {});
}
