// @ in a note offers colleagues: arrows choose, Enter or Tab writes the name, Escape closes.
// Without this script the name is written by hand; a page lists who may be mentioned.

const ASKED = /(?:^|[^A-Za-z0-9._@-])@([^\s@]{0,20})$/;
const WAIT_MS = 150;

/** Start every form under `root` that has a note in it. */
export function start(root = document) {
  for (const form of root.querySelectorAll("[data-mentions]:not([data-mentions-started])")) {
    form.dataset.mentionsStarted = "1";
    watch(form);
  }
}

function watch(form) {
  const words = form.querySelector("textarea");
  const box = form.querySelector("[data-mention-list]");
  let timer, chosen = -1, asked = 0;
  const options = () => [...box.querySelectorAll("[role=option]")];
  words.setAttribute("aria-autocomplete", "list");

  const close = () => { asked += 1; box.hidden = true; box.replaceChildren(); chosen = -1; words.removeAttribute("aria-activedescendant"); words.removeAttribute("aria-controls"); };
  const mark = (at) => {
    const all = options();
    if (!all.length) return;
    chosen = (at + all.length) % all.length;
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === chosen)));
    words.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const write = (option) => {
    const before = words.value.slice(0, words.selectionStart).replace(/@[^\s@]{0,20}$/, `@${option.dataset.handle} `);
    const after = words.value.slice(words.selectionStart);
    words.value = before + after;
    words.focus();
    words.setSelectionRange(before.length, before.length);
    close();
  };
  const offer = async (start) => {
    const turn = (asked += 1);
    try {
      const answer = await fetch(`${form.dataset.mentions}?q=${encodeURIComponent(start)}`, { headers: { "HX-Request": "true", "X-Background": "1" } });
      const html = answer.ok ? await answer.text() : "";
      if (turn !== asked) return;
      box.innerHTML = html;
      box.hidden = !options().length;
      if (!box.hidden) words.setAttribute("aria-controls", "mention-options");
      mark(0);
    } catch { close(); }
  };

  words.addEventListener("input", () => {
    clearTimeout(timer);
    const found = ASKED.exec(words.value.slice(0, words.selectionStart));
    if (!found) { close(); return; }
    timer = setTimeout(() => offer(found[1]), WAIT_MS);
  });
  words.addEventListener("keydown", (event) => {
    if (box.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) write(options()[chosen]);
    else if (event.key === "Escape") { event.stopPropagation(); close(); } else return;
    event.preventDefault();
  });
  words.addEventListener("blur", () => setTimeout(close, 200));
  box.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); write(option); }
  });
}
