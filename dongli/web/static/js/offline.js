// The worker's phone without a signal. A step under /work/ is first kept on the phone (outbox.js), then sent; the page
// says what waits. Pages come from the service worker where there is one (service.js); without it, as in WeChat's
// browser, steps still wait as long as the page stays open, and without any of this forms are sent as forms are.

import { add, drop, flush, forgetDrafts, get, hello, mine, newKey, onChange, STEP, subject } from "./outbox.js";
import { startDrafts, forgetDraft } from "./drafts.js";

const DIRECT_MS = 20_000, FIRST_WAIT = 5_000, LONGEST_WAIT = 300_000, MINUTE = 60_000;
const owner = document.body.dataset.owner;
const note = document.querySelector("[data-offline]");
const keptAt = document.documentElement.dataset.keptAt;
const says = note?.dataset || {};
let wait = FIRST_WAIT, timer, sending = false;

/** Start on a page of the worker's room. */
export async function start() {
  if (!owner || !note) return;
  localStorage.setItem("dongli-kept", "1");
  document.addEventListener("submit", onSubmit, true);
  if (keptAt) showAsKept();
  fillBlank();
  tellOnce();
  register();
  try {
    await forgetDrafts(owner, { except: true });
    const step = await wanted();
    await startDrafts({ owner, formOf, skip: Boolean(step), says });
    if (step) refill(step);
    onChange(show);
    await show();
    note.dataset.ready = "";
    keepSending();
  } catch (error) { console.warn("outbox:", error.message); } // no store here: forms are sent as forms are
}

const isStep = (form) => form.method === "post" && STEP.test(new URL(form.action, location.href).pathname);
const formOf = () => [...document.forms].find((form) => isStep(form) && form.querySelector("textarea"));

// What the page says

function say(text, link) {
  note.hidden = false;
  const box = note.querySelector("div");
  box.textContent = text;
  if (link) box.append(" ", Object.assign(document.createElement("a"), link));
}

function showAsKept() {
  const at = new Date(keptAt);
  const clock = at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  say(`${says.asof.replace("{time}", at.toDateString() === new Date().toDateString() ? clock : `${at.getMonth() + 1}-${at.getDate()} ${clock}`)} ${says.later}`);
  // What was said once when the copy was made is no news; and a key is used for one form only.
  for (const old of document.querySelectorAll("[data-said]")) old.remove();
  for (const input of document.querySelectorAll("input[name=idempotency_key]")) input.value = newKey();
}

function tellOnce() {
  const text = sessionStorage.getItem("dongli-said");
  if (!text) return;
  sessionStorage.removeItem("dongli-said");
  const line = document.createElement("p");
  line.className = "ui-note ui-tone-good";
  line.textContent = text;
  note.after(line); // not a toast: that would lie over the button one presses next
}

async function show() {
  const steps = await mine("steps", owner);
  badge(steps.length);
  for (const old of document.querySelectorAll("[data-marked]")) old.remove();
  for (const step of steps) {
    for (const place of document.querySelectorAll(`[data-task="${CSS.escape(step.task || "")}"]`)) mark(place, step);
    for (const form of document.forms) if (step.task && step.state === "waiting" && isStep(form) && form.getAttribute("action") === step.url) goOn(form);
  }
  const round = document.querySelector("[data-round]");
  if (round) showRound(round, steps.filter((step) => step.group === `patrol:${round.dataset.round}`));
}

function badge(number) {
  const tab = document.querySelector("nav.tabs a[href='/work/queue/']");
  let count = tab?.querySelector(".ui-count");
  if (!tab || (!number && !count)) return;
  if (!count) tab.append(count = Object.assign(document.createElement("span"), { className: "ui-count" }));
  count.textContent = number > 99 ? "99+" : String(number);
  count.hidden = !number;
}

function mark(place, step) {
  const where = place.querySelector(".job-top") || place;
  const link = document.createElement(where.closest("a") ? "span" : "a");
  const refused = step.state !== "waiting";
  if (link.tagName === "A") link.href = `/work/queue/#${step.id}`;
  link.className = `ui-badge waits ${refused ? "ui-tone-bad" : "ui-tone-warn"}`;
  link.dataset.marked = "";
  link.textContent = `${step.what} · ${refused ? says.decide : says.waits}`;
  where.append(link);
}

/** What waits is not pressed twice; on the task's page the steps after it are offered instead. */
function goOn(form) {
  if (form.querySelector("textarea")) return;
  form.hidden = true;
  const then = document.querySelector("template[data-then]");
  if (then && form.closest(".actions")) { form.after(then.content.cloneNode(true)); then.remove(); }
}

function showRound(list, steps) {
  const ended = Math.max(0, ...steps.filter((one) => one.url.endsWith("/finish/")).map((one) => one.order));
  const findings = steps.filter((one) => one.url.endsWith("/patrol/") && one.order > ended);
  const finish = document.querySelector("[data-finish]");
  if (findings.length && finish) finish.textContent = finish.dataset.finish;
  for (const step of findings) {
    const item = document.createElement("li");
    item.dataset.marked = "";
    item.textContent = `${step.title} · ${step.state === "waiting" ? says.waits : says.decide}`;
    list.append(item);
  }
  list.closest("section").hidden = !list.children.length;
}

// A step is taken

async function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (!isStep(form)) { if (!navigator.onLine) { event.preventDefault(); toast(says.needs); } return; }
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  const pressed = event.submitter || document.querySelector(`button[form="${CSS.escape(form.id)}"]`) || form.querySelector("button");
  pressed?.classList.add("is-busy");
  const release = () => { delete form.dataset.sent; pressed?.classList.remove("is-busy"); };
  let step;
  try {
    await shrunk(form);
    step = stepOf(form, pressed);
    await add(step, form.dataset.instead);
  } catch (error) {
    if (error.name === "QuotaExceededError") { release(); say(says.full); note.scrollIntoView({ block: "center" }); return; }
    console.warn("outbox:", error.message);
    form.submit(); // no store in this browser
    return;
  }
  if (step.url === "/work/patrol/") remember(step);
  if (step.url === "/work/patrol/finish/") localStorage.removeItem(step.group);
  forgetDraft(form);
  askToSync();
  await conclude(form, step, release);
}

/** Photos are made smaller before they are kept. */
async function shrunk(form) {
  while (form.querySelector("[data-photos].is-busy")) await new Promise((done) => setTimeout(done, 100));
}

function stepOf(form, pressed) {
  const fields = [...new FormData(form, pressed?.form === form ? pressed : undefined)]
    .filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.name && !value.size));
  const url = new URL(form.action, location.href);
  const value = (name) => fields.find((field) => field[0] === name)?.[1] || "";
  const [about, task] = subject(url.pathname);
  const group = task || `patrol:${value("grid")}`;
  if (url.pathname === "/work/patrol/finish/") for (const key of found(group)) fields.push(["finding", key]);
  const known = task ? knownTasks()[task] : null;
  return {
    id: value("idempotency_key"), owner, url: url.pathname, about, task, group, fields, typed: typed(form),
    what: (form.dataset.what || pressed?.textContent || document.querySelector("h1")?.textContent || "").trim(),
    number: known?.number || "", title: known?.title || String(value("what") || "").slice(0, 60),
  };
}

/** What can be seen of a form: labels and what was typed or chosen, for the page of what waits. */
function typed(form) {
  const rows = [];
  for (const box of form.querySelectorAll(".ui-field")) {
    const label = [...(box.querySelector("legend, label:not(.ui-choice)")?.childNodes || [])].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join("");
    const chosen = [...box.querySelectorAll("input:checked")].map((input) => input.closest("label")?.textContent.trim());
    const control = box.querySelector("textarea, select, input:not([type=radio], [type=checkbox], [type=file])");
    const text = chosen.length ? chosen.join(" ") : control?.tagName === "SELECT" ? control.selectedOptions[0]?.textContent : control?.value;
    const files = box.querySelector("input[type=file]")?.files.length || 0;
    if (text?.trim() || files) rows.push({ label, text: text?.trim() || "", files });
  }
  return rows;
}

/** Send now, if it can be; then go where the step leads, or say that it waits. */
async function conclude(form, step, release) {
  const gone = !navigator.onLine;
  const { results, login } = gone ? { results: new Map() } : await Promise.race([flush(step.id), new Promise((done) => setTimeout(() => done({ results: new Map() }), DIRECT_MS))]);
  const result = results.get(step.id) || await fate(step);
  if (result.state === "sent") return leave(result.next || afterwards(form, step));
  if (login) return leave("/work/queue/");
  if (result.state === "conflict") return leave(`/work/queue/#${step.id}`);
  if (result.state === "invalid") return mend(form, step);
  if (!navigator.serviceWorker?.controller) { release(); form.reset(); renew(form); say(says.stay); note.scrollIntoView({ block: "center" }); return keepSending(); }
  sessionStorage.setItem("dongli-said", says.kept);
  leave(afterwards(form, step));
}

/** What became of a step that somebody else has sent: another tab, the service worker, or this page by itself. */
async function fate(step) {
  return await get("steps", step.id) || { state: "sent" };
}

/** Where a step leads when the server has not said so. */
function afterwards(form, step) {
  if (step.task) return new FormData(form).get("next") || (step.about === step.url ? "/work/today/" : step.about);
  return step.url === "/work/patrol/" ? location.pathname + location.search : "/work/today/";
}

function leave(address) {
  const url = new URL(address, location.href);
  if (url.pathname + url.search === location.pathname + location.search && !url.hash) location.reload();
  else location.assign(url);
}

/** The server wants a field mended: its own page says which. */
async function mend(form, step) {
  await drop("steps", step.id);
  const { token } = await hello();
  const input = form.querySelector("input[name=csrfmiddlewaretoken]");
  if (token && input) input.value = token;
  form.submit();
}

function renew(form) {
  const input = form.querySelector("input[name=idempotency_key]");
  if (input) input.value = newKey();
}

// A round in a grid: the findings made since it began, so that finishing it counts them whatever happened between.

const found = (group) => JSON.parse(localStorage.getItem(group) || "[]");
function remember(step) { localStorage.setItem(step.group, JSON.stringify([...found(step.group), step.id].slice(-50))); }

// Sending by itself: when the signal comes back, when the page is looked at, and after a while, longer each time.

function keepSending() {
  if (sending) return tryNow();
  sending = true;
  addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tryNow(); });
  tryNow();
}

function tryNow() { wait = FIRST_WAIT; turn(); }

async function turn() {
  clearTimeout(timer);
  const steps = await mine("steps", owner);
  if (!steps.some((step) => step.state === "waiting")) { if (keptAt) backAgain(); return; }
  const { left, login } = await flush();
  if (login) say(says.login, { href: `/accounts/staff/?next=${encodeURIComponent("/work/queue/")}`, textContent: says.loginLink });
  if (left && !login) { timer = setTimeout(turn, wait); wait = Math.min(wait * 2, LONGEST_WAIT); }
  else if (keptAt) backAgain();
}

/** The signal is back: a kept page without anything typed is opened anew. */
async function backAgain() {
  const last = Number(sessionStorage.getItem("dongli-anew") || 0);
  if (Date.now() - last < MINUTE) return;
  sessionStorage.setItem("dongli-anew", String(Date.now()));
  if (!formOf() && !document.querySelector("[data-queue]") && (await hello()).owner) location.reload();
}

async function askToSync() {
  try { await (await navigator.serviceWorker?.ready)?.sync?.register("outbox"); } catch { /* not everywhere */ }
}

// Forms that the phone keeps empty, and steps that are mended

function fillBlank() {
  const form = document.querySelector("form[data-blank]");
  if (!form) return;
  const task = subject(location.pathname)[1] || new URLSearchParams(location.search).get("task") || "";
  form.action = `/work/task/${task}/${form.dataset.blank}/`;
  const known = knownTasks()[task];
  for (const link of document.querySelectorAll("[data-blank-back]")) link.href = `/work/task/${task}/`;
  if (known) {
    document.querySelector("[data-blank-back] span").textContent = known.number;
    document.querySelector("[data-blank-about]").textContent = known.title;
  }
}

async function wanted() {
  const id = new URLSearchParams(location.search).get("again");
  const step = id && await get("steps", id);
  return step?.owner === owner ? step : null;
}

async function refill(step) {
  const form = formOf() || document.querySelector("form[data-blank]");
  if (!form) return;
  form.dataset.instead = step.id;
  renew(form);
  form.closest("details")?.setAttribute("open", "");
  const { fill } = await import("./drafts.js");
  await fill(form, step.fields);
  say(says.again);
}

// Today's list: what the phone keeps

function knownTasks() {
  try { return JSON.parse(localStorage.getItem("dongli-tasks") || "{}")[owner] || {}; } catch { return {}; }
}

async function register() {
  const list = document.getElementById("to-keep");
  const keep = list && !keptAt ? JSON.parse(list.textContent) : null;
  if (keep) localStorage.setItem("dongli-tasks", JSON.stringify({ [owner]: Object.fromEntries(keep.tasks.map((task) => [task.id, task])) }));
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/work/sw.js", { type: "module", scope: "/work/", updateViaCache: "none" });
    const ready = await navigator.serviceWorker.ready;
    if (keep && !navigator.connection?.saveData) ready.active.postMessage({ keep, owner });
  } catch (error) { console.warn("service worker:", error.message); }
}

function toast(text) { document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "bad" } })); }
