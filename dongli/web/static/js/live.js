// <div data-live="/address/" data-live-every="5"> is filled anew when the answer at the address changes (ETag).
// It waits while the page is hidden, while somebody types inside, and longer after each failure (up to a minute).

const SLOWEST = 60;

/** Start every live region under `root`. */
export function start(root = document) {
  for (const region of root.querySelectorAll("[data-live]:not([data-live-started])")) {
    region.dataset.liveStarted = "1";
    watch(region);
  }
}

function watch(region) {
  const every = Number(region.dataset.liveEvery) || 5;
  let tag = region.dataset.liveTag || "";
  let wait = every;
  const turn = async () => {
    if (!region.isConnected) return;
    if (!document.hidden && !isTypingIn(region)) {
      try {
        const answer = await fetch(region.dataset.live, { headers: { "HX-Request": "true", "X-Background": "1", ...(tag && { "If-None-Match": tag }) } });
        if (answer.status === 200 && !answer.redirected) {
          const fresh = answer.headers.get("ETag") || "";
          const html = await answer.text();
          if (!fresh || fresh !== tag) fill(region, html);
          tag = fresh;
        } else if (answer.status !== 304) throw new Error(answer.status);
        wait = every;
      } catch { wait = Math.min(wait * 2, SLOWEST); }
    }
    setTimeout(turn, wait * 1000);
  };
  document.addEventListener("visibilitychange", () => { wait = every; });
  setTimeout(turn, "liveNow" in region.dataset ? 0 : wait * 1000);
}

function isTypingIn(region) {
  const active = document.activeElement;
  return region.contains(active) && active.matches("input, textarea, select");
}

function fill(region, html) {
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const focused = active?.id, row = active?.closest("[data-id]")?.dataset.id;
  const current = region.querySelector(".is-current")?.dataset.id;
  const { scrollTop } = region;
  region.innerHTML = html;
  region.scrollTop = scrollTop;
  if (current) region.querySelector(`[data-id="${CSS.escape(current)}"]`)?.classList.add("is-current");
  const again = focused ? document.getElementById(focused) : row && region.querySelector(`[data-id="${CSS.escape(row)}"] a[href]`);
  again?.focus({ preventScroll: true });
  window.htmx?.process(region);
  region.dispatchEvent(new CustomEvent("dongli:refreshed", { bubbles: true }));
}
