// The filing page with a script: a counter, kinds of problem that fit the words, lists that fill without reloading,
// “use where I am”, the map when it is asked for. Without it the same form does all of this by its buttons.

const form = document.querySelector("[data-report]");
const $ = (selector) => form.querySelector(selector);
const WAIT = 700, LONGEST = 4000, SHORTEST = 4;

for (const element of form.querySelectorAll("[data-no-script]")) element.hidden = true;
for (const list of form.querySelectorAll("select[data-empty]")) list.disabled = true;
// Whoever goes back after sending and sends again means the same appeal: what was typed comes back, and so does its key.
form.elements.idempotency_key.value = history.state?.key || form.elements.idempotency_key.value;
history.replaceState({ ...history.state, key: form.elements.idempotency_key.value }, "");
if (!$("[data-known] fieldset")) { form.addEventListener("input", askKnown); form.addEventListener("change", askKnown); setTimeout(askKnown); }
watchWords($("[data-what]"));
if ($("[data-picker]")) { watchLists($("[data-picker]")); watchPlace(); }

function watchWords(area) {
  const counter = $("[data-counter]");
  let timer, asked = "";
  const count = () => {
    const left = LONGEST - [...area.value].length;
    counter.hidden = left > 500;
    counter.textContent = `${LONGEST - left} / ${LONGEST}`;
    counter.classList.toggle("is-over", left < 0);
  };
  const ask = async () => {
    const words = area.value.trim();
    if (words.length < SHORTEST || words === asked) return;
    asked = words;
    const body = new URLSearchParams({ what: words, place: form.elements.place?.value ?? "", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(form.dataset.suggest, { method: "POST", body });
      if (answer.ok) showSuggestions(await answer.text());
    } catch { /* a suggestion is never needed */ }
  };
  area.addEventListener("input", () => { count(); clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  area.addEventListener("change", ask);
  count();
  ask();
}

// What is known already near the place: asked for when words and place stand still; a choice that was made is kept.
const PARTS = ["what", "category", "place", "longitude", "latitude", "district", "subdistrict", "community", "compound", "csrfmiddlewaretoken"];
let knownTimer, knownFor = "";
function askKnown() {
  clearTimeout(knownTimer);
  knownTimer = setTimeout(async () => {
    const body = new URLSearchParams();
    for (const name of PARTS) if (form.elements[name]?.value) body.set(name, form.elements[name].value);
    for (const name of ["danger", "about"]) body.set(name, form.querySelector(`[name=${name}]:checked`)?.value ?? "");
    const placed = body.has("place") || body.has("longitude") || body.has("compound") || body.has("community");
    if (!placed || (body.get("what") ?? "").trim().length < SHORTEST || body.toString() === knownFor) return;
    knownFor = body.toString();
    try {
      const answer = await fetch(form.dataset.askKnown, { method: "POST", body });
      if (answer.ok) showKnown(await answer.text());
    } catch { /* the server asks again before it files */ }
  }, WAIT);
}

function showKnown(html) {
  const box = $("[data-known]");
  const chosen = box.querySelector("[name=join]:checked")?.value;
  box.innerHTML = html;
  const same = [...box.querySelectorAll("[name=join]")].find((radio) => radio.value === chosen);
  if (same) same.checked = true;
}

function showSuggestions(html) {
  const box = $("[data-suggestions]");
  box.innerHTML = html;
  mark();
}

function mark() {
  const chosen = form.elements.category.value;
  for (const chip of form.querySelectorAll("[data-class]")) chip.setAttribute("aria-pressed", String(chip.dataset.class === chosen));
}

form.elements.category.addEventListener("change", mark);
form.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-class]");
  if (!chip) return;
  form.elements.category.value = chip.getAttribute("aria-pressed") === "true" ? "" : chip.dataset.class;
  mark();
});

function watchLists(picker) {
  const lists = [...picker.querySelectorAll("select")];
  picker.addEventListener("change", async ({ target }) => {
    const below = lists.slice(lists.indexOf(target) + 1);
    for (const list of below) { list.replaceChildren(new Option(list.options[0].text, "")); list.disabled = true; }
    if (!target.value || !below.length) return;
    const answer = await fetch(form.dataset.children.replace("CODE", target.value), { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    below[0].innerHTML = await answer.text();
    below[0].disabled = below[0].options.length < 2;
  });
}

function watchPlace() {
  const longitude = $("#id_longitude"), latitude = $("#id_latitude"), here = $("[data-here]"), found = $("[data-found]");
  const later = $("[data-map-later]");
  later.hidden = false;
  later.addEventListener("toggle", () => {
    const template = later.querySelector("template");
    if (!later.open || !template) return;
    template.replaceWith(template.content.cloneNode(true));
    later.dispatchEvent(new CustomEvent("dongli:refreshed", { bubbles: true }));
  });
  for (const input of [longitude, latitude]) input.addEventListener("change", () => { if (longitude.value && latitude.value) describe(longitude.value, latitude.value, found); });
  if (longitude.value && latitude.value) describe(longitude.value, latitude.value, found);
  if (!navigator.geolocation || "never" in here.dataset) return;
  here.hidden = false;
  here.addEventListener("click", () => {
    here.classList.add("is-busy");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        here.classList.remove("is-busy");
        longitude.value = coords.longitude.toFixed(6);
        latitude.value = coords.latitude.toFixed(6);
        describe(longitude.value, latitude.value, found);
      },
      () => { here.classList.remove("is-busy"); found.textContent = found.dataset.denied; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}

let lookup = 0;
async function describe(longitude, latitude, found) {
  const turn = ++lookup;
  const nearby = $("[data-nearby-list]");
  let answer, data;
  try {
    answer = await fetch(`${form.dataset.locateAt}?lon=${longitude}&lat=${latitude}`, { headers: { Accept: "application/json" } });
    data = await answer.json();
  } catch { found.textContent = found.dataset.failed; return; }
  if (turn !== lookup) return;
  askKnown();
  nearby.replaceChildren();
  $("[data-place]").value = "";
  if (!answer.ok) { found.textContent = data.title; return; }
  found.textContent = `${data.places.slice(1).map((place) => place.name).join(" ")}`;
  for (const place of data.compounds) nearby.append(placeChip(place));
}

function placeChip(place) {
  const chip = Object.assign(document.createElement("button"), { type: "button", className: "case-chip", textContent: place.name });
  chip.setAttribute("aria-pressed", "false");
  chip.addEventListener("click", () => {
    const chosen = chip.getAttribute("aria-pressed") !== "true";
    for (const other of chip.parentElement.children) other.setAttribute("aria-pressed", String(chosen && other === chip));
    $("[data-place]").value = chosen ? place.code : "";
    askKnown();
  });
  return chip;
}
