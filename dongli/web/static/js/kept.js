// What the phone keeps is its owner's: on any page that is not theirs, and at the log-out, it goes. Steps that wait to
// be sent stay: they go out when their owner signs in again, and nobody else sees them.

const LOG_OUT = /\/accounts\/logout\/$|\/demo\/as\//;

/** Throw away pages of others; after a log-out what its owner had typed goes too. */
export async function start(owner) {
  document.addEventListener("submit", ({ target }) => {
    if (target.method !== "post" || !LOG_OUT.test(new URL(target.action, location.href).pathname)) return;
    try { localStorage.setItem("dongli-wipe", owner); } catch { /* no storage, nothing kept */ }
    forget("");
  }, true);
  await wipe(owner);
}

async function forget(owner) {
  if (!owner || !(owner in JSON.parse(localStorage.getItem("dongli-tasks") || "{}"))) localStorage.removeItem("dongli-tasks");
  if (!("caches" in self)) return;
  for (const name of await caches.keys()) if (name.startsWith("pages-") && name !== `pages-${owner}`) await caches.delete(name);
}

async function wipe(owner) {
  try {
    await forget(owner);
    const left = localStorage.getItem("dongli-wipe");
    if (left === null) return;
    localStorage.removeItem("dongli-wipe");
    if (left) await (await import("./outbox.js")).forgetDrafts(left);
  } catch (error) { console.warn("kept pages:", error.message); }
}
