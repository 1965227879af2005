// Steps that wait on this phone, and what was typed and not sent: kept in IndexedDB, sent in order, each exactly once.
// Used by pages and by the service worker alike. A step's id is the key its form was made with: the server takes it
// once, so whatever becomes of an answer on its way, sending again does no harm.

const DATABASE = "dongli-work", VERSION = 1, CHANNEL = "dongli-outbox", LOCK = "dongli-outbox";
const QUICK_MS = 15_000, SLOW_MS = 150_000;
export const HELLO = "/work/queue/hello/";
/** The addresses of steps that may wait. */
export const STEP = /^\/work\/(task\/[0-9a-f-]{36}\/[\w-]+|look\/[0-9a-f-]{36}|patrol(\/finish)?)\/$/;
/** The page of what a step is about, “/work/task/<id>/” or “/work/look/<id>/”, and its id; empty for a round. */
export const subject = (path) => path.match(/^(\/work\/(?:task|look)\/([^/]+)\/)/)?.slice(1) || ["", ""];

// The store

let opened;
function open() {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(DATABASE, VERSION);
    asked.onupgradeneeded = () => {
      const database = asked.result;
      if (!database.objectStoreNames.contains("steps")) database.createObjectStore("steps", { keyPath: "id" });
      if (!database.objectStoreNames.contains("drafts")) database.createObjectStore("drafts", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      // A newer version of the product opens the store in another tab: let it, and open it anew when needed.
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      done(asked.result);
    };
    asked.onerror = () => { opened = undefined; fail(asked.error); };
  });
  return opened;
}

async function run(store, mode, work) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(store, mode);
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onabort = () => fail(transaction.error || asked?.error);
  });
}

/** Everything in `store` ("steps" or "drafts") that belongs to `owner`; steps in the order they were made. */
export async function mine(store, owner) {
  const rows = await run(store, "readonly", (rows) => rows.getAll());
  return rows.filter((row) => row.owner === owner).sort((one, other) => one.order - other.order);
}

/** How many steps of others wait here. */
export async function others(owner) {
  return (await run("steps", "readonly", (rows) => rows.getAll())).filter((row) => row.owner !== owner).length;
}

export const get = (store, id) => run(store, "readonly", (rows) => rows.get(id));
export const put = (store, row) => run(store, "readwrite", (rows) => rows.put(row));
export const drop = (store, id) => run(store, "readwrite", (rows) => rows.delete(id));

/** Keep a step; `instead` is the id of an earlier one that it replaces. Rejects when there is no room. */
export async function add(step, instead = "") {
  const now = Date.now();
  await run("steps", "readwrite", (rows) => {
    if (instead && instead !== step.id) rows.delete(instead);
    return rows.put({ state: "waiting", message: "", problems: [], tries: 0, at: now, order: now, ...step });
  });
  tell();
}

/** Change a step that is still there; one that was sent or discarded meanwhile stays away. */
async function change(id, fields) {
  await run("steps", "readwrite", (rows) => {
    const asked = rows.get(id);
    asked.onsuccess = () => { if (asked.result) rows.put({ ...asked.result, ...fields }); };
    return asked;
  });
  tell();
}

/** Throw a step away. */
export async function discard(id) { await drop("steps", id); tell(); }

/** Let a step that was refused be tried again. */
export const again = (id) => change(id, { state: "waiting", message: "", problems: [] });

/** Forget the drafts of `owner`, or of everybody else. */
export async function forgetDrafts(owner, { except = false } = {}) {
  const rows = await run("drafts", "readonly", (rows) => rows.getAll());
  for (const row of rows) if ((row.owner === owner) !== except) await drop("drafts", row.id);
}

// News: every page and the service worker hear when something has changed.

const channel = "BroadcastChannel" in self ? new BroadcastChannel(CHANNEL) : null;
const listeners = new Set();
if (channel) channel.onmessage = () => listeners.forEach((listener) => listener());
function tell() {
  channel?.postMessage("changed");
  listeners.forEach((listener) => listener());
}
export const onChange = (listener) => { listeners.add(listener); };

// Sending

/** Who is signed in, and the token to send with: {owner, token}, {signal: false} or {login: true}. */
export async function hello() {
  const answer = await ask(HELLO, { headers: { Accept: "application/json", "X-Background": "1" }, cache: "no-store" }, QUICK_MS);
  if (answer?.status === 401) return { login: true };
  const body = answer?.ok ? await json(answer) : null;
  return body?.owner ? body : { signal: false };
}

async function ask(url, options, patience) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try { return await fetch(url, { credentials: "same-origin", ...options, signal: stop.signal }); }
  catch { return null; }
  finally { clearTimeout(timer); }
}

async function json(answer) {
  if (!(answer.headers.get("Content-Type") || "").includes("json")) return null;
  try { return await answer.json(); } catch { return null; }
}

/** Send one step: {state: "sent", next}, {state: "conflict" | "invalid", message, problems}, {state: "login"} or {state: "later"}. */
async function deliver(step, token, asked) {
  const body = new FormData();
  for (const [name, value] of step.fields) body.append(name, value);
  const headers = { Accept: "application/json", "X-CSRFToken": token, "X-Made-By": step.owner, ...(!asked && { "X-Background": "1" }) };
  const answer = await ask(step.url, { method: "POST", headers, body }, SLOW_MS);
  if (!answer) return { state: "later" };
  const said = await json(answer);
  if (answer.ok && said?.taken) return { state: "sent", next: said.next, said: said.said };
  if (answer.status === 401 || said?.code === "made_by_other") return { state: "login" };
  // No word of ours (a proxy, a portal of the network), too many at once, or broken: the step keeps waiting.
  if (answer.ok || answer.status >= 500 || answer.status === 429 || said?.code === "csrf" || (!said?.title && answer.status !== 413)) return { state: "later" };
  return { state: answer.status === 422 ? "invalid" : "conflict", message: said?.title || String(answer.status), problems: said?.fields || [] };
}

/** Send what waits, in order; within one task or round (`group`) nothing overtakes what was refused before it.

`asked` is the id of the step somebody has just pressed the button for. Resolves to {left, login, results: Map of id to
what `deliver` said}. One sends at a time over all tabs and the service worker. */
export function flush(asked = "") {
  if (!navigator.locks) return flushing ??= sendAll(asked).finally(() => { flushing = null; });
  return navigator.locks.request(LOCK, () => sendAll(asked));
}
let flushing = null;

async function sendAll(asked) {
  const results = new Map();
  const { owner, token, login } = await hello();
  if (!owner) return { left: true, login: Boolean(login), owner: "", results };
  const tried = new Set();
  for (;;) {
    const step = next(await mine("steps", owner), tried);
    if (!step) break;
    tried.add(step.id);
    const result = await deliver(step, token, step.id === asked);
    results.set(step.id, result);
    if (result.state === "sent") { await drop("steps", step.id); tell(); continue; }
    if (result.state === "later" || result.state === "login") {
      await change(step.id, { tries: step.tries + 1 });
      return { left: true, login: result.state === "login", owner, results };
    }
    await change(step.id, { state: result.state, message: result.message, problems: result.problems });
  }
  return { left: false, login: false, owner, results };
}

/** The first step that may go: waiting, not tried in this turn, and nothing of its case before it. */
function next(steps, tried) {
  const held = new Set();
  for (const step of steps) {
    if (!held.has(step.group) && step.state === "waiting" && !tried.has(step.id)) return step;
    held.add(step.group);
  }
  return null;
}

/** A UUIDv7: the key of a form that the server did not make. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let moment = Date.now();
  for (let place = 5; place >= 0; place--) { bytes[place] = moment % 256; moment = Math.floor(moment / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
