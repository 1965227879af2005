// Keep the secret link: copy it, or hand it to another program of the phone. Without a script the field can be copied by hand.

const link = document.querySelector("[data-link]");
const copy = document.querySelector("[data-copy]");
const share = document.querySelector("[data-share]");

link.addEventListener("focus", () => link.select());
copy.hidden = false;
copy.addEventListener("click", async () => {
  try { await navigator.clipboard.writeText(link.value); } catch { link.select(); document.execCommand("copy"); }
  copy.querySelector("span").textContent = copy.dataset.copied;
});
if (navigator.share) {
  share.hidden = false;
  share.addEventListener("click", () => navigator.share({ url: link.value, title: document.title }).catch(() => {}));
}
