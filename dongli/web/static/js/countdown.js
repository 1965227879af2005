// Time left goes on counting while the page is open: <time data-countdown datetime="…">剩 3 小时</time>.
// The words are the server's: the templates of this page's language stand on the list below.

const WORDS = {
  en: { left: ["%n min left", "%n h left", "%n d left"], over: ["%n min over", "%n h over", "%n d over"] },
  zh: { left: ["剩 %n 分钟", "剩 %n 小时", "剩 %n 天"], over: ["超 %n 分钟", "超 %n 小时", "超 %n 天"] },
};
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, SOON = 4 * HOUR;
let timer;

/** Count every half minute. */
export function start() {
  timer ??= setInterval(refresh, MINUTE / 2);
}

function refresh() {
  if (document.hidden) return;
  const words = WORDS[document.documentElement.lang === "en" ? "en" : "zh"];
  for (const element of document.querySelectorAll("time[data-countdown]")) {
    const gap = Date.parse(element.dateTime) - Date.now();
    element.classList.toggle("ui-time-late", gap < 0);
    element.classList.toggle("ui-time-soon", gap >= 0 && gap <= SOON);
    const node = element.lastChild;
    const text = say(Math.abs(gap), gap < 0 ? words.over : words.left);
    if (node?.nodeType === Node.TEXT_NODE && node.data !== text) node.data = text;
  }
}

function say(span, [minutes, hours, days]) {
  if (span >= 2 * DAY) return days.replace("%n", Math.floor(span / DAY));
  if (span >= HOUR) return hours.replace("%n", Math.floor(span / HOUR));
  return minutes.replace("%n", Math.floor(span / MINUTE));
}
