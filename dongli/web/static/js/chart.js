// One chart: bars, stacked bars or lines, drawn by ECharts on a canvas (its SVG needs style attributes, which the policy blocks).
// The figures come from the JSON beside the box; the table under it says the same without any script.

const COLOURS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"];
const ROW_EM = 2.2; // a lying bar, in heights of the text

/** Draw the chart in `figure`, and again when the room for it or the page's look changes. */
export async function start(figure) {
  const box = figure.querySelector("[data-chart-box]");
  if (!box) return;
  const figures = JSON.parse(document.getElementById(figure.dataset.figures).textContent);
  const echarts = await import(figure.dataset.echarts);
  let chart;
  const draw = () => {
    chart?.dispose();
    if (!box.isConnected) return;
    const look = looks(box);
    const lying = figures.kind !== "line" && isCrowded(figures, box, look);
    box.style.blockSize = lying ? `${(figures.labels.length * Math.max(1, figures.kind === "bar" ? figures.series.length * 0.7 : 1) * ROW_EM + 4) * look.size}px` : "";
    chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(options(figures, look, lying));
    chart.on("click", ({ seriesIndex, dataIndex }) => {
      const url = figures.series[seriesIndex]?.links[dataIndex];
      if (url) location.assign(url);
    });
    box.dataset.ready = "1";
  };
  draw();
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    draw();
  }).observe(box);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme", "data-elder"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function looks(box) {
  const style = getComputedStyle(box);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    size: parseFloat(style.fontSize), font: style.fontFamily, ink: value("--ink"), ink2: value("--ink-2"), line: value("--line"), paper: value("--paper"),
    colours: COLOURS.map(value), still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

// Standing bars need room for their names side by side; otherwise they lie, with the names on the left.
function isCrowded(figures, box, look) {
  const room = (box.clientWidth - 4 * look.size) / figures.labels.length;
  return figures.labels.some((label) => label.length * look.size + look.size / 2 > room);
}

function options(figures, look, lying) {
  const several = figures.series.length > 1;
  const isLine = figures.kind === "line";
  const text = { color: look.ink2, fontSize: look.size, fontFamily: look.font };
  const names = {
    type: "category", data: figures.labels, inverse: lying, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } },
    axisLabel: { ...text, hideOverlap: true, interval: isLine ? "auto" : 0, ...(lying && { width: 8 * look.size, overflow: "truncate" }) },
  };
  const numbers = {
    type: "value", min: figures.lowest < 0 ? undefined : 0, ...(figures.unit === "%" && figures.highest <= 100 && { max: 100, interval: 25 }), minInterval: figures.whole ? 1 : 0, splitNumber: 4,
    axisLabel: text, splitLine: { lineStyle: { color: look.line } },
  };
  return {
    animation: !look.still, animationDuration: 250, textStyle: { fontFamily: look.font }, color: look.colours,
    aria: { enabled: several && !isLine, label: { enabled: false }, decal: { show: several && !isLine } },
    grid: { left: 4, right: isLine && several ? 7 * look.size : 3 * look.size, top: several && !isLine ? 2.6 * look.size : 1.4 * look.size, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { show: several && !isLine, left: 0, top: 0, itemWidth: 1.6 * look.size, itemHeight: look.size, selectedMode: false, textStyle: { ...text, color: look.ink } },
    tooltip: { show: isLine, trigger: "axis", renderMode: "richText", backgroundColor: look.paper, borderColor: look.line, textStyle: { ...text, color: look.ink } },
    xAxis: lying ? numbers : names,
    yAxis: lying ? names : numbers,
    series: figures.series.map((one, at) => series(figures, one, at, look, lying)),
  };
}

function series(figures, one, at, look, lying) {
  const words = { fontSize: look.size, fontFamily: look.font, color: look.ink };
  const shared = { name: one.name, data: one.values, cursor: one.links.some(Boolean) ? "pointer" : "default", silent: !one.links.some(Boolean) };
  if (figures.kind === "line") {
    return {
      ...shared, type: "line", silent: false, symbol: ["circle", "rect", "triangle", "diamond"][at], symbolSize: 7, lineStyle: { width: 2, type: ["solid", "dashed", "dotted", "solid"][at] },
      endLabel: { ...words, show: figures.series.length > 1, formatter: one.name, width: 6 * look.size, overflow: "truncate" },
      labelLayout: { moveOverlap: "shiftY" },
    };
  }
  const stacked = figures.kind === "stacked";
  return {
    ...shared, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 3.2 * look.size, barMinHeight: 1,
    label: {
      ...words, show: true, position: stacked ? "inside" : lying ? "right" : "top", formatter: ({ value }) => (value === null || (stacked && !value) ? "" : `${value}${figures.unit}`),
      ...(stacked && { backgroundColor: look.paper, padding: [1, 3], borderRadius: 3 }),
    },
    labelLayout: { hideOverlap: true },
    itemStyle: { borderColor: look.paper, borderWidth: stacked ? 1 : 0 },
  };
}
