// The last day of each flow, drawn from `GET /api/history` as SVG: nothing is loaded from elsewhere.
import { jsonOf } from './answers.js';
import { duration, time, wholes } from './format.js';
import { here } from './pages.js';
import { element } from './rows.js';
import { say } from './texts.js';

const parts = 96;
const partMs = 900_000;
const againMs = 60_000;
const [ageHeight, countHeight, gap, step] = [44, 28, 6, 3];
let drawnAt = -Infinity;

/** At most once a minute, while the page is looked at. */
export async function showCharts(now) {
  if (here().page !== 'overview' || performance.now() - drawnAt < againMs) return;
  drawnAt = performance.now();
  const flows = await fetch('/api/history')
    .then(jsonOf)
    .catch(() => null);
  if (flows === null) return;
  const busy = flows.filter(({ points }) => points.length > 0);
  document.getElementById('charts-empty').hidden = busy.length > 0;
  document.getElementById('charts').replaceChildren(...busy.map((flow) => chartOf(flow, now)));
}

function chartOf({ name, targetP95Ms: target, points }, now) {
  const sum = (of) => points.reduce((total, point) => total + of(point), 0);
  const worst = Math.max(0, ...points.map(({ ageP95Ms }) => ageP95Ms ?? 0));
  const [records, rejected] = [sum((point) => point.records), sum((point) => point.rejected)];
  const age = duration(worst);
  const caption =
    target === null
      ? say('charts.caption', { age })
      : say('charts.caption.target', { age, target: wholes(target) });
  const picture = svg('svg', {
    viewBox: `0 0 ${parts * step} ${ageHeight + gap + countHeight}`,
    role: 'img',
    preserveAspectRatio: 'none',
  });
  picture.setAttribute('aria-label', say('charts.label', { name, records, rejected, age }));
  const first = Math.floor(now / partMs) - parts + 1;
  const placed = points.map((point) => ({ ...point, x: (Math.floor(point.at / partMs) - first) * step }));
  picture.append(...agesOf(placed, worst, target), ...countsOf(placed, now));
  return element(
    'figure',
    'chart',
    element('figcaption', '', element('span', 'strong', name), element('span', 'quiet', caption)),
    picture,
    element(
      'p',
      'quiet axis',
      element('span', '', say('charts.from')),
      element('span', '', say('charts.records', { records })),
      element('span', '', say('charts.to')),
    ),
  );
}

/** A line over what has been applied, and the target where it is near enough to be seen. */
function agesOf(points, worst, target) {
  const top = target !== null && worst > target / 4 ? Math.max(worst, target) : worst;
  const y = (ms) => ageHeight - (top === 0 ? 0 : (ms / top) * (ageHeight - 2));
  const known = points.filter(({ ageP95Ms }) => ageP95Ms !== null);
  const dots = known.map(({ x, ageP95Ms }) => `${x + 1},${y(ageP95Ms).toFixed(1)}`);
  const limit = { x1: 0, x2: parts * step, y1: y(target ?? 0), y2: y(target ?? 0), class: 'target-line' };
  return [
    ...(top >= (target ?? Infinity) ? [svg('line', limit)] : []),
    svg('polyline', { points: dots.join(' '), class: 'age' }),
    ...known.map(({ x, ageP95Ms }) =>
      svg('rect', { x, y: y(ageP95Ms) - 1, width: 2, height: 2, class: 'age-dot' }),
    ),
  ];
}

function countsOf(points, now) {
  const most = Math.max(1, ...points.map(({ records }) => records));
  const bottom = ageHeight + gap + countHeight;
  const bar = (x, number, className) => {
    const height = Math.max(number === 0 ? 0 : 1, (number / most) * countHeight);
    return svg('rect', { x, y: bottom - height, width: 2, height, class: className });
  };
  return points.map(({ x, at, records, rejected, ageP95Ms }) => {
    const age = ageP95Ms === null ? say('none') : duration(ageP95Ms);
    const part = svg('g', {});
    const title = svg('title', {});
    title.textContent = say('charts.part', { at: time(at, now), records, rejected, age });
    part.append(title, bar(x, records, 'records'), bar(x, rejected, 'rejected'));
    return part;
  });
}

function svg(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
