import { jsonOf } from './answers.js';
import { count, exactTime, time } from './format.js';
import { here } from './pages.js';
import { showRows } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
/** When the newest act was that is shown; undefined: none was asked for yet. */
let shownAt;
let acts = [];
const namedMax = 5;

const columns = (now) => [
  {
    title: say('audit.at'),
    className: 'nowrap',
    cell: ({ at }) => [{ text: time(at, now), title: exactTime(at) }],
  },
  {
    title: say('audit.who'),
    cell: ({ actor, tool }) => [
      { text: actor, className: 'strong' },
      { text: tool, className: 'block quiet' },
    ],
  },
  { title: say('audit.did'), cell: ({ action }) => [{ text: action, className: 'code' }] },
  {
    title: say('audit.to'),
    className: 'wide',
    cell: ({ subject, keys, count: all }) => [
      { text: subject },
      ...keys.slice(0, namedMax).map((key) => ({ text: key, className: 'block key' })),
      all > namedMax
        ? { text: say('audit.more', { count: all - namedMax }), className: 'block quiet' }
        : null,
    ],
  },
  { title: say('audit.count'), className: 'number', cell: ({ count: all }) => count(all) },
  { title: say('audit.why'), className: 'wide', cell: ({ reason }) => reason ?? '' },
];

/** Asked for anew when somebody has done something. */
export function showAudit({ lastActAt }, now, redraw) {
  if (here().page !== 'audit') return;
  if (shownAt !== lastActAt) {
    shownAt = lastActAt;
    void fetch('/api/audit')
      .then(jsonOf)
      .then((list) => {
        acts = list;
        redraw();
      })
      .catch(() => (shownAt = undefined));
  }
  byId('audit-empty').hidden = lastActAt !== null;
  const numbered = acts.map((act, index) => ({
    ...act,
    id: `${act.at} ${act.actor} ${acts.length - index}`,
  }));
  showRows(byId('audit'), columns(now), numbered, ({ id }) => id);
}
