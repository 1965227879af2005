// Answering several: tick all at once; count the seconds in which the answer can be undone. Both work without this.

for (const form of document.querySelectorAll("[data-tick-all]")) {
  const all = form.querySelector("[data-tick]");
  const boxes = [...form.querySelectorAll("[name=cases]")];
  form.querySelector("[data-tick-row]").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  for (const box of boxes) box.addEventListener("change", () => { all.checked = boxes.every((one) => one.checked); });
}

function count() {
  const at = document.querySelector("[data-sends-at]");
  const undo = document.querySelector("[data-undo]");
  if (!at) { if (undo) undo.hidden = true; return; }
  const left = Math.ceil((Date.parse(at.dataset.sendsAt) - Date.now()) / 1000);
  const line = document.querySelector("[data-seconds-label]");
  line.hidden = left < 0;
  line.textContent = `${Math.max(left, 0)} ${line.dataset.secondsLabel}`;
  setTimeout(count, 250);
}
if (document.querySelector("[data-sends-at]")) count();
document.addEventListener("dongli:refreshed", count);
