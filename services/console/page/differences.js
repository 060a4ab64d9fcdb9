import { jsonOf } from './answers.js';
import { ask } from './ask.js';
import { count, exactTime, money, wholes } from './format.js';
import { here } from './pages.js';
import { actButton, badge, button, setText, showChoices, showRows } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
const shownMax = 200;
/** `kind: cause` of those that alone are shown; null shows all. */
let chosen = null;
/** What was asked for last, and what came of it. */
let known = { id: '', list: [] };

const idOf = ({ kind, cause }) => `${kind}: ${cause}`;

const columns = (now) => [
  {
    title: say('differences.since'),
    className: 'nowrap',
    cell: ({ firstSeenAt: at }) => [{ text: wholes(now - at), title: exactTime(at) }],
  },
  {
    title: say('differences.what'),
    className: 'record',
    cell: ({ kind, key, field }) => [
      badge(kind),
      { text: key, className: 'key' },
      { text: field, className: 'block quiet' },
    ],
  },
  {
    title: say('differences.wanted'),
    className: 'value',
    cell: ({ wanted }) => [{ text: wanted ?? say('differences.nothing') }],
  },
  {
    title: say('differences.found'),
    className: 'value',
    cell: ({ found, side }) => [
      { text: found ?? say('differences.nothing'), className: 'warn' },
      {
        text: side === 'erp' ? say('differences.inErp') : say('differences.inShop'),
        className: 'block quiet',
      },
    ],
  },
  {
    title: say('differences.atRisk'),
    className: 'number nowrap',
    cell: ({ valueMinor: minor, digits, currency }) =>
      minor === null ? '' : money({ minor, digits, currency }),
  },
  {
    title: say('differences.cause'),
    className: 'wide',
    cell: ({ why, cause }) => [{ text: why }, { text: cause, className: 'block code' }],
  },
  {
    title: say('differences.todo'),
    className: 'wide',
    cell: ({ differenceKey, key, fix, repair }) => [
      { text: fix, className: 'block' },
      repair === 'asked' ? { text: say('differences.asked'), className: 'block quiet' } : null,
      repair === 'failed' ? { text: say('differences.failed'), className: 'block warn' } : null,
      actButton(say('differences.repair'), say('differences.repair.label', { key }), () =>
        askFor({ keys: [differenceKey] }, key),
      ),
    ],
  },
];

function askFor(body, what) {
  void ask({
    title: say('differences.repair.title', { what }),
    go: say('differences.repair.go'),
    path: '/api/differences/repair',
    body,
    would: ({ count: number, asked }) => [
      say('differences.would', { count: number }),
      ...asked.slice(0, 20).map(({ topic, key }) => `${topic} ${key}`),
    ],
    did: ({ count: number }) => say('differences.did', { count: number }),
  });
}

export function showDifferences({ differences }, now, redraw) {
  if (here().page !== 'differences') return;
  const { groups, total, complete } = differences;
  const group = groups.find((one) => idOf(one) === chosen);
  if (!group) chosen = null;
  const list = listOf(group, differences, redraw);
  const all = group?.count ?? total;
  byId('differences-empty').hidden = total > 0;
  const hint =
    list.length < all
      ? say('differences.hint.some', { shown: list.length, count: all })
      : say('differences.hint');
  setText(byId('differences-hint'), complete ? hint : say('differences.incomplete'));
  const choices = groups.map((one) => ({
    id: idOf(one),
    words: idOf(one),
    count: [
      count(one.count),
      ...one.atRisk.map(money),
      say('differences.group.age', { age: wholes(now - one.oldestAt) }),
    ].join(', '),
    title: one.why,
  }));
  showChoices(byId('difference-causes'), choices, chosen, (id) => {
    chosen = id;
    redraw();
  });
  showAll(group);
  showRows(byId('differences'), columns(now), list, ({ differenceKey }) => differenceKey);
}

/** Asked for anew when something has changed, or another group is chosen. */
function listOf(group, { version, total }, redraw) {
  const narrowed = group ? { kind: group.kind, cause: group.cause } : {};
  const query = new URLSearchParams({ ...narrowed, limit: String(shownMax) });
  const id = `${version} ${query}`;
  if (total === 0) return [];
  if (known.id === id) return known.list;
  known = { id, list: known.list.filter((one) => !group || idOf(one) === idOf(group)) };
  void fetch(`/api/differences?${query}`)
    .then(jsonOf)
    .then((list) => {
      if (known.id !== id) return;
      known = { id, list };
      redraw();
    })
    .catch(() => undefined);
  return known.list;
}

function showAll(group) {
  const place = byId('differences-all');
  place.hidden = !group?.mayHelp;
  const words = group ? `${idOf(group)} ${group.count}` : '';
  if (place.dataset.of === words) return;
  place.dataset.of = words;
  if (!group) return place.replaceChildren();
  const { kind, cause } = group;
  const name = say('differences.repair.all', { count: group.count });
  const act = () => askFor({ kind, cause }, say('differences.ofGroup', { kind, cause }));
  place.replaceChildren(button(name, name, act, 'act'));
}
