// /work/queue/: every step that waits on this phone, what became of it, and what can be done about it.

import { again, discard, flush, mine, onChange, others } from "./outbox.js";

const ICONS = { waiting: "clock", behind: "hourglass", conflict: "alert-triangle", invalid: "alert-circle" };
const LOOKS = { waiting: "ui-tone-warn", behind: "", conflict: "ui-tone-bad", invalid: "ui-tone-bad" };
const BLANK = /^\/work\/task\/[^/]+\/(contact|answer|return)\/$/;

/** Fill the page and keep it true. */
export function start(box) {
  const owner = document.body.dataset.owner;
  const now = document.querySelector("[data-send-now]");
  const draw = async () => {
    const steps = await mine("steps", owner);
    const held = new Set();
    const items = steps.map((step) => {
      const state = step.state === "waiting" && held.has(step.group) ? "behind" : step.state;
      if (state !== "waiting") held.add(step.group);
      return item(step, state, box.dataset);
    });
    box.querySelector("[data-queue-list]").replaceChildren(...items);
    box.querySelector("[data-queue-none]").hidden = steps.length > 0;
    now.hidden = !steps.some((step) => step.state === "waiting");
    const more = await others(owner);
    box.querySelector("[data-queue-others]").hidden = !more;
    box.querySelector("[data-queue-others-count]").textContent = more || "";
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
  };
  now.addEventListener("click", async () => {
    now.classList.add("is-busy");
    const { login } = await flush();
    now.classList.remove("is-busy");
    if (login) location.assign(`/accounts/staff/?next=${encodeURIComponent(location.pathname)}`);
  });
  onChange(draw);
  draw();
}

function item(step, state, words) {
  const part = document.querySelector("[data-queue-item]").content.cloneNode(true);
  const $ = (name) => part.querySelector(`[data-${name}]`);
  part.querySelector("li").id = step.id;
  $("state").className = `ui-badge ${LOOKS[state]}`;
  $("state").querySelector("span").textContent = words[state];
  const icon = $("state").querySelector("use");
  icon.setAttribute("href", icon.getAttribute("href").replace(/#.*/, `#${ICONS[state]}`));
  $("at").textContent = new Date(step.at).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  $("what").textContent = step.what || step.title || step.number;
  $("subject").textContent = [step.number, step.title].filter(Boolean).join(" · ");
  for (const row of step.typed || []) {
    const label = document.createElement("dt"), text = document.createElement("dd");
    label.textContent = row.label;
    text.textContent = [row.text, row.files ? `${row.files} ${words.pictures}` : ""].filter(Boolean).join(" · ");
    $("typed").append(label, text);
  }
  const refused = step.state !== "waiting";
  if (refused) {
    const problems = step.problems.map((field) => [field.label, field.errors.join(" ")].filter(Boolean).join(": "));
    $("problem").hidden = false;
    $("problem").querySelector("div").textContent = [step.message, ...problems].join(" · ");
    const edit = address(step);
    $("edit").hidden = !edit;
    if (edit) $("edit").href = edit;
    $("again").hidden = Boolean(edit);
    $("again").addEventListener("click", async () => { await again(step.id); await flush(step.id); });
  }
  if (step.about) { $("open").hidden = false; $("open").href = step.about; }
  $("discard").addEventListener("click", () => discard(step.id));
  return part;
}

/** Where a step that was refused can be changed: its empty form, whatever the task has become. */
function address(step) {
  const blank = step.url.match(BLANK);
  if (blank) return `/work/blank/${blank[1]}/?task=${step.task}&again=${step.id}`;
  if (step.url === "/work/patrol/") return `/work/patrol/?again=${step.id}`;
  return step.task && step.typed?.length ? `${step.url}?again=${step.id}` : "";
}
