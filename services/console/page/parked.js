import { jsonOf } from './answers.js';
import { ask } from './ask.js';
import { count, exactTime, time } from './format.js';
import { here } from './pages.js';
import { actButton, badge, button, element, setText, showChoices, showRows } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
/** Code whose records alone are shown; null shows all. */
let chosen = null;
/** The newest of that code, where the status does not hold them, for which count they were asked for, and whether they have come. */
let ofCause = { id: '', records: [], isTold: false };

const columns = (now, flowName) => [
  {
    title: say('parked.when'),
    className: 'nowrap',
    cell: ({ parkedAt }) => [{ text: time(parkedAt, now), title: exactTime(parkedAt) }],
  },
  {
    title: say('parked.record'),
    className: 'record',
    cell: (record) => [
      badge(record.status),
      { text: flowName(record), className: 'strong' },
      {
        text: record.key ?? say('parked.noKey'),
        className: record.key === null ? 'block quiet' : 'block key',
      },
      record.documentId === null
        ? null
        : { text: say('parked.document', { id: record.documentId }), className: 'block quiet' },
      record.key === null ? { text: say('parked.place', placeOf(record)), className: 'block quiet' } : null,
    ],
  },
  {
    title: say('parked.what'),
    className: 'wide',
    cell: (record) => [
      { text: record.cause },
      record.why === null
        ? null
        : { text: say('parked.quoted', { text: record.why }), className: 'block quiet' },
      { text: record.code, className: 'block code' },
    ],
  },
  {
    title: say('parked.todo'),
    className: 'wide',
    cell: ({ id, key, fix, command }) => [
      { text: fix, className: 'block' },
      command === null ? null : { text: command, make: commandRow },
      command === null ? null : actOn('release', { keys: [id] }, key ?? id),
      actOn('discard', { keys: [id] }, key ?? id),
    ],
  },
  { title: say('parked.tries'), className: 'number', cell: ({ attempts }) => count(attempts) },
];

/** Written out: an offset is no number of things. */
const placeOf = ({ topic, partition, offset }) => ({
  topic,
  partition: String(partition),
  offset: String(offset),
});

/** The command to type, and a button that copies it. */
function commandRow(command) {
  const text = element('code', '', command);
  const label = say('parked.copy.label', { command });
  return element(
    'div',
    'command',
    text,
    button(say('parked.copy'), label, (self) => copy(command, text, self)),
  );
}

async function copy(command, text, self) {
  try {
    await navigator.clipboard.writeText(command);
    self.textContent = say('parked.copied');
  } catch {
    // Without https the clipboard is closed to pages: the text is selected, the rest is one key.
    getSelection().selectAllChildren(text);
    self.textContent = say('parked.selected');
  }
  setTimeout(() => (self.textContent = say('parked.copy')), 1500);
}

const actOn = (action, body, what) =>
  actButton(say(`parked.${action}`), say(`parked.${action}.label`, { key: what }), () =>
    askFor(action, body, what),
  );

function askFor(action, body, what) {
  void ask({
    title: say(`parked.${action}.title`, { what }),
    go: say(`parked.${action}.go`),
    path: `/api/parked/${action}`,
    body,
    would: ({ count: number, stuck = {}, stuckCount = 0 }) => [
      say(`parked.would.${action}`, { count: number }),
      ...(stuckCount === 0 ? [] : [say('parked.would.stuck', { count: stuckCount })]),
      ...Object.entries(stuck).map(([key, why]) => `${key}: ${why}`),
    ],
    did: ({ count: number }) => say(`parked.did.${action}`, { count: number }),
  });
}

export function showParked({ parked }, now, flowName, redraw) {
  const group = parked.byCode.find(({ code }) => code === chosen);
  if (!group) chosen = null;
  const all = group?.count ?? parked.total;
  const shown = recordsOf({ code: group?.code ?? null, count: all }, parked, redraw);
  byId('parked-empty').hidden = parked.total > 0;
  setText(byId('parked-hint'), hintOf(group, shown.length, all));
  const choices = parked.byCode.map(({ code, count: number, fix }) => ({
    id: code,
    words: code,
    count: count(number),
    title: fix,
  }));
  showChoices(byId('causes'), choices, chosen, (code) => {
    chosen = code;
    redraw();
  });
  showAll(group);
  showRows(byId('parked'), columns(now, flowName), shown, ({ id }) => id);
}

/** What is not shown is told by the command; of a cause whose newest were released there may be no row at all. */
function hintOf(group, shown, all) {
  if (shown >= all) return say('parked.hint');
  const command = `cartage parked list${group ? ` --cause ${group.code}` : ''}`;
  if (group && shown === 0 && ofCause.isTold)
    return say('parked.hint.none', { count: all, command, fix: group.fix });
  return say('parked.hint.some', { shown, count: all, command });
}

/** Of one code, or of all: from the status where it holds them, else asked for. */
function recordsOf({ code, count: number }, { newest }, redraw) {
  const known = newest.filter((one) => code === null || one.code === code);
  const id = `${code} ${number}`;
  if (known.length >= Math.min(number, 200) || here().page !== 'parked') return known;
  if (ofCause.id === id) return ofCause.records;
  ofCause = { id, records: known, isTold: false };
  void fetch(`/api/parked?cause=${encodeURIComponent(code ?? '')}`)
    .then(jsonOf)
    .then((records) => {
      if (ofCause.id !== id) return;
      ofCause = { id, records, isTold: true };
      redraw();
    })
    .catch(() => undefined);
  return known;
}

/** What can be done with all of a cause at once. */
function showAll(group) {
  const place = byId('parked-all');
  place.hidden = !group;
  const words = group ? `${group.code} ${group.count}` : '';
  if (place.dataset.of === words) return;
  place.dataset.of = words;
  if (!group) return place.replaceChildren();
  const [body, what] = [{ cause: group.code }, say('parked.ofCause', { code: group.code })];
  const all = (action) => {
    const name = say(`parked.${action}.all`, { count: group.count });
    return button(name, name, () => askFor(action, body, what), 'act');
  };
  place.replaceChildren(all('release'), all('discard'));
}
