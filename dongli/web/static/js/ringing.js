// An emergency that rings: the band at the top of an officer's pages asks the server again and again, also while the
// page is hidden, and calls until somebody of the department acknowledges: by sound once the page has been touched,
// by the title, the app's badge, and vibration. Without this the band is on every page that is opened.

const SLOWEST = 60, RING_MS = 4000;
const title = document.title;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let sound, ringing, hushed = "";

/** Start the band, once a page. */
export function start(region) {
  if (region.dataset.ringingStarted) return;
  region.dataset.ringingStarted = "1";
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, allowSound, { passive: true });
  region.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-hush]")) return;
    hushed = which(region);
    show(region);
  });
  hushed = sessionStorage.getItem("hushed") || "";
  show(region);
  poll(region, Number(region.dataset.ringingEvery) || 10);
}

function which(region) {
  return [...region.querySelectorAll("[data-ring]")].map((one) => one.dataset.ring).join(" ");
}

function poll(region, every) {
  let tag = region.dataset.ringingTag || "", wait = every;
  const turn = async () => {
    if (!region.isConnected) return;
    try {
      const next = encodeURIComponent(location.pathname + location.search);
      const headers = { "X-Background": "1", ...(tag && { "If-None-Match": tag }) };
      const answer = await fetch(`${region.dataset.ringing}?next=${next}`, { headers });
      if (answer.redirected || answer.status === 403) return;
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") || "";
        fill(region, await answer.text());
      } else if (answer.status !== 304) throw new Error(answer.status);
      wait = every;
    } catch { wait = Math.min(wait * 2, SLOWEST); }
    setTimeout(turn, wait * 1000);
  };
  setTimeout(turn, wait * 1000);
}

function fill(region, html) {
  if (region.contains(document.activeElement)) return; // somebody is about to press
  region.innerHTML = html;
  show(region);
}

function show(region) {
  const found = which(region), count = found ? found.split(" ").length : 0;
  if (hushed && hushed !== found) hushed = "";
  sessionStorage.setItem("hushed", hushed);
  for (const button of region.querySelectorAll("[data-hush]")) button.hidden = hushed === found;
  clearInterval(ringing);
  document.title = count ? `${region.dataset.ringingWord} (${count}) ${title}` : title;
  if (count) navigator.setAppBadge?.(count).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
  if (!count) return;
  call(region, count);
  ringing = setInterval(() => call(region, count), RING_MS);
}

function call(region, count) {
  if (!calm.matches) {
    document.title = `${region.dataset.ringingWord} (${count})`;
    setTimeout(() => { document.title = `${region.dataset.ringingWord} (${count}) ${title}`; }, RING_MS / 2);
  }
  if (hushed) return;
  if (!calm.matches && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400]);
  beep();
}

function allowSound() {
  if (!sound && "AudioContext" in window && document.querySelector("[data-ring]")) sound = new AudioContext();
  if (sound?.state === "suspended") sound.resume();
}

function beep() {
  if (sound?.state !== "running") return;
  for (const [at, pitch] of [[0, 880], [0.35, 660], [0.7, 880]]) {
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const loud = new GainNode(sound, { gain: 0 });
    const begin = sound.currentTime + at;
    loud.gain.setValueAtTime(0, begin);
    loud.gain.linearRampToValueAtTime(0.3, begin + 0.02);
    loud.gain.linearRampToValueAtTime(0, begin + 0.28);
    tone.connect(loud).connect(sound.destination);
    tone.start(begin);
    tone.stop(begin + 0.3);
  }
}
