// The service worker of /work/: the shell of the phone's room, today's list and its open tasks, without a signal.
// It keeps only what the server marks (X-Kept-For), under that owner's name, never what says no-store, and forgets it
// after a day, when the task is no longer open, when somebody else signs in, and at the log-out.

import { add, flush, STEP, subject } from "./outbox.js";

const PAGES = "pages-", SHELL = "shell-";
const PATIENCE_MS = 3000, HOUR = 3600_000, AT_ONCE = 2;
const COPIED = ["Content-Type", "Content-Language", "Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Kept-For"];
const ANY = { ignoreVary: true };

/** Begin. `version` changes with any file of `shell`; `hashed`: names of files change with what is in them. */
export function start({ version, shell, hashed, hours, noSignal }) {
  self.addEventListener("install", (event) => {
    self.skipWaiting();
    event.waitUntil(fill(`${SHELL}${version}`, shell));
  });
  self.addEventListener("activate", (event) => event.waitUntil(tidy(hours).then(() => self.clients.claim())));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    if (request.method === "POST" && request.mode === "navigate" && STEP.test(url.pathname)) event.respondWith(posted(request, url));
    if (request.method !== "GET") return;
    if (request.mode === "navigate") event.respondWith(page(event, url, hours, noSignal));
    else if (url.pathname.startsWith("/static/")) event.respondWith(hashed ? fromShell(event) : fromNetwork(event));
  });
  self.addEventListener("message", (event) => {
    if (event.data?.keep) event.waitUntil(keepAll(event.data.keep, event.data.owner, hours));
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === "outbox") event.waitUntil(flush().then(({ left, login }) => { if (left && !login) throw new Error("again later"); }));
  });
}

// Files

async function fill(name, urls) {
  const cache = await caches.open(name);
  await Promise.all(urls.map(async (url) => {
    const answer = await fetch(url, { cache: "no-cache" }).catch(() => null);
    if (answer?.ok) await cache.put(url, answer);
  }));
}

async function fromShell(event) {
  return (await caches.match(event.request, ANY)) || fromNetwork(event);
}

async function fromNetwork(event) {
  try { return await fetch(event.request); }
  catch (error) {
    const kept = await caches.match(event.request, ANY);
    if (kept) return kept;
    throw error;
  }
}

/** Two versions of the shell stay: pages that are open still ask for parts of the earlier one. */
async function tidy(hours) {
  const names = (await caches.keys()).filter((name) => name.startsWith(SHELL));
  for (const name of names.slice(0, -2)) await caches.delete(name);
  await forgetOld(hours);
}

// A form that was sent before the page's scripts were there to keep it

async function posted(request, url) {
  const copy = request.clone();
  try { return await fetch(request); }
  catch (error) {
    const name = (await caches.keys()).find((one) => one.startsWith(PAGES));
    if (!name) throw error;
    const fields = [...await copy.formData()].filter(([field, value]) => field !== "csrfmiddlewaretoken" && (!(value instanceof File) || value.size));
    const value = (field) => fields.find((one) => one[0] === field)?.[1] || "";
    const [about, task] = subject(url.pathname);
    const typed = ["how", "what", "words"].filter(value).map((field) => ({ label: "", text: value(field), files: 0 }));
    await add({ id: value("idempotency_key"), owner: name.slice(PAGES.length), url: url.pathname, about, task, group: task || `patrol:${value("grid")}`, fields, typed, what: "", number: "", title: value("what").slice(0, 60) });
    return Response.redirect("/work/queue/", 303);
  }
}

// Pages

async function page(event, url, hours, noSignal) {
  const fresh = fetch(event.request).then((answer) => {
    if (mayKeep(answer)) event.waitUntil(keep(url, answer.clone()));
    else if (answer.type === "basic" && answer.status < 500) event.waitUntil(forget(url));
    return answer;
  });
  fresh.catch(() => {});
  const kept = await keptPage(url, hours);
  try {
    return await (kept ? Promise.race([fresh, late()]) : fresh);
  } catch (error) {
    event.waitUntil(fresh.catch(() => {}));
    if (kept) return marked(kept);
    const instead = (await keptPage(new URL(stand(url), url), hours)) || (await keptPage(new URL(noSignal, url), hours));
    if (instead) return marked(instead);
    throw error;
  }
}

const late = () => new Promise((_done, fail) => setTimeout(() => fail(new Error("late")), PATIENCE_MS));

/** What stands in for a page that was never opened: the list for the door, the empty form for a step's page. */
function stand(url) {
  if (url.pathname === "/work/") return "/work/today/";
  const step = url.pathname.match(/^\/work\/task\/[^/]+\/([\w-]+)\/$/);
  return step ? `/work/blank/${step[1]}/` : url.pathname;
}

function mayKeep(answer) {
  return answer.ok && !answer.redirected && answer.headers.get("X-Kept-For") && !/no-store/.test(answer.headers.get("Cache-Control") || "");
}

async function keep(url, answer, stamp = "") {
  const owner = answer.headers.get("X-Kept-For");
  const headers = new Headers({ "X-Kept-At": new Date().toISOString(), "X-Stamp": stamp });
  for (const name of COPIED) if (answer.headers.has(name)) headers.set(name, answer.headers.get(name));
  const body = await answer.text();
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== PAGES + owner) await caches.delete(name);
  const cache = await caches.open(PAGES + owner);
  await cache.put(url.pathname, new Response(body, { headers }));
}

/** The server shows this page no longer, or not for keeping. */
async function forget(url) {
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await (await caches.open(name)).delete(url.pathname, ANY);
}

/** The kept copy for an address, whatever follows its “?”; too old a copy is none. */
async function keptPage(url, hours) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const kept = await (await caches.open(name)).match(url.pathname, ANY);
    if (kept && age(kept) < hours * HOUR) return kept;
  }
  return null;
}

const age = (kept) => Date.now() - Date.parse(kept.headers.get("X-Kept-At"));

/** The copy, telling its page when it was made. */
async function marked(kept) {
  const html = await kept.text();
  const at = kept.headers.get("X-Kept-At");
  return new Response(html.replace("<html ", `<html data-kept-at="${at}" `), { headers: kept.headers });
}

async function forgetOld(hours) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const kept = await cache.match(request, ANY);
      if (kept && age(kept) >= hours * HOUR) await cache.delete(request);
    }
  }
}

/** Keep today's tasks that have changed since, and the empty forms; forget tasks that are no longer there. */
async function keepAll({ tasks, pages }, owner, hours) {
  await forgetOld(hours);
  const cache = await caches.open(PAGES + owner);
  const wanted = new Map(tasks.map((task) => [task.url, task.stamp]));
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (subject(path)[0] && !wanted.has(path)) await cache.delete(request);
  }
  const missing = [];
  for (const path of pages) { const kept = await cache.match(path, ANY); if (!kept || age(kept) > HOUR) missing.push([path, ""]); }
  for (const [path, stamp] of wanted) { if ((await cache.match(path, ANY))?.headers.get("X-Stamp") !== stamp) missing.push([path, stamp]); }
  await Promise.all(Array.from({ length: AT_ONCE }, () => fetchNext(missing, owner)));
}

async function fetchNext(missing, owner) {
  for (let one; (one = missing.shift());) {
    const [path, stamp] = one;
    const answer = await fetch(path, { headers: { "X-Background": "1" } }).catch(() => null);
    if (!answer || answer.redirected) return; // no signal, or nobody signed in any more
    if (mayKeep(answer) && answer.headers.get("X-Kept-For") === owner) await keep(new URL(path, location.origin), answer, stamp);
  }
}
