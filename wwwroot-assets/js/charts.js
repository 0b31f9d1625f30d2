// The browser's half of EChart: draws with our colours, follows the theme, grows with its box, appends points.
import { init } from '../lib/echarts.min.js';

const charts = new Map();
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function theme() {
  const [text, muted, line, surface] = ['--bd-text', '--bd-muted', '--bd-line', '--bd-surface'].map(token);
  const font = getComputedStyle(document.body).fontFamily;
  const axis = {
    axisLine: { lineStyle: { color: line } }, axisTick: { lineStyle: { color: line } },
    axisLabel: { color: muted, fontFamily: font, hideOverlap: true }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: muted },
  };
  const shades = ['--bd-heat-1', '--bd-heat-2', '--bd-heat-3', '--bd-heat-4', '--bd-heat-5'].map(token);
  return {
    color: [1, 2, 3, 4, 5, 6, 7, 8].map(n => token('--bd-chart-' + n)), backgroundColor: 'transparent',
    textStyle: { fontFamily: font, color: text }, legend: { textStyle: { color: muted }, itemWidth: 14, itemHeight: 2 },
    tooltip: { backgroundColor: surface, borderColor: line, textStyle: { color: text, fontSize: 12 }, extraCssText: 'box-shadow:var(--bd-shadow)' },
    timeAxis: { ...axis, splitLine: { show: false } }, valueAxis: axis, logAxis: axis, categoryAxis: { ...axis, splitLine: { show: false } },
    visualMap: { inRange: { color: shades }, textStyle: { color: muted } },
    line: { symbol: 'circle', symbolSize: 4 }, bar: { label: { color: muted } }, funnel: { label: { color: text }, itemStyle: { borderColor: surface } },
    markLine: { label: { color: muted }, lineStyle: { color: muted } },
    sankey: { label: { color: text } }, gauge: { title: { color: muted }, detail: { color: text } },
  };
}

// A node that names one of our colours, by number.
const toned = ({ tone, ...node }) => tone ? { ...node, itemStyle: { color: token('--bd-chart-' + tone) } } : node;

// Figures in the reader's language; options travel as JSON, so what needs a function is added here.
function dress({ unit = {}, ...options }) {
  const language = document.documentElement.lang;
  const [plain, short] = [{ maximumFractionDigits: unit.percent ? 1 : 2 }, { maximumFractionDigits: 2, notation: 'compact' }]
    .map(shape => new Intl.NumberFormat(language, shape));
  const write = format => value => {
    if (typeof value !== 'number') return value ?? '–';
    const text = format.format(Math.abs(unit.percent ? value * 100 : value));
    return (value < 0 ? '−' : '') + (unit.prefix ?? '') + text + (unit.percent ? '%' : '');
  };
  const [full, brief] = [write(plain), write(short)];
  const label = ({ value, data }) => {
    const figure = Array.isArray(value) ? value[value.length - 1] : value;
    return full(figure) + (data?.share != null ? ` · ${(data.share * 100).toFixed(1)}%` : '');
  };
  const axis = a => a?.type === 'value' ? { ...a, axisLabel: { formatter: brief, ...a.axisLabel } } : a;
  return {
    ...options, xAxis: axis(options.xAxis), yAxis: axis(options.yAxis),
    tooltip: { valueFormatter: value => full(Array.isArray(value) ? value[value.length - 1] : value), ...options.tooltip },
    visualMap: options.visualMap && { formatter: brief, ...options.visualMap },
    series: options.series.map(s => s.label?.show && !s.label.formatter ? { ...s, label: { ...s.label, formatter: label } } : s.type === 'sankey' ? { ...s, data: s.data.map(toned) } : s),
  };
}

function draw(chart) {
  chart.echart?.dispose();
  chart.echart = init(chart.element, theme(), { locale: document.documentElement.lang.startsWith('zh') ? 'ZH' : 'EN' });
  chart.echart.setOption({ animation: !calm.matches, animationDuration: 200, ...dress(chart.options) });
}

export function show(id, element, json) {
  const options = JSON.parse(json);
  const chart = charts.get(id);
  if (chart?.element === element) {
    chart.options = options;
    chart.echart.setOption({ animation: false, ...dress(options) }, { notMerge: true, lazyUpdate: true });
    return;
  }
  remove(id);
  const fresh = { element, options };
  fresh.observer = new ResizeObserver(() => { if (element.clientWidth > 0) fresh.echart?.resize(); });
  charts.set(id, fresh);
  draw(fresh);
  fresh.observer.observe(element);
}

export function push(id, points, max) {
  const chart = charts.get(id);
  if (!chart) return;
  const touched = new Set();
  for (const [index, x, y] of points) {
    const series = chart.options.series[index];
    if (!series) continue;
    const last = series.data.length > 0 ? series.data[series.data.length - 1] : null;
    if (last && last[0] === x) last[1] = y; else series.data.push([x, y]);
    while (series.data.length > max) series.data.shift();
    touched.add(index);
  }
  if (touched.size === 0) return;
  chart.echart.setOption({ series: chart.options.series.map((s, i) => touched.has(i) ? { data: s.data } : {}) }, { lazyUpdate: true });
}

export function remove(id) {
  const chart = charts.get(id);
  if (!chart) return;
  chart.observer.disconnect();
  chart.echart?.dispose();
  charts.delete(id);
}

export function download(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['\ufeff' + text], { type: 'text/csv;charset=utf-8' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

document.addEventListener('bd:theme', () => charts.forEach(draw));
