import { count, exactTime, time } from './format.js';
import { badge, element, setText, showRows } from './rows.js';

/** Code whose records alone are shown; null shows all. */
let chosen = null;

const columns = (now, flowName) => [
  {
    title: 'When',
    className: 'nowrap',
    cell: ({ parkedAt }) => [{ text: time(parkedAt, now), title: exactTime(parkedAt) }],
  },
  {
    title: 'Record',
    className: 'record',
    cell: (record) => [
      badge(record.status),
      { text: flowName(record), className: 'strong' },
      { text: record.key ?? 'no readable key', className: record.key === null ? 'block quiet' : 'block key' },
      record.documentId === null ? null : { text: `document ${record.documentId}`, className: 'block quiet' },
      record.key === null
        ? { text: `${record.topic} [${record.partition}] offset ${record.offset}`, className: 'block quiet' }
        : null,
    ],
  },
  {
    title: 'What happened',
    className: 'wide',
    cell: (record) => [
      { text: record.cause },
      record.why === null ? null : { text: `“${record.why}”`, className: 'block quiet' },
      { text: record.code, className: 'block code' },
    ],
  },
  {
    title: 'What to do',
    className: 'wide',
    cell: ({ fix, command }) => [{ text: fix }, command === null ? null : { text: command, make: copyable }],
  },
  { title: 'Tries', className: 'number', cell: ({ attempts }) => count(attempts) },
];

function copyable(command) {
  const text = element('code', '', command);
  const button = element('button', '', 'Copy');
  button.type = 'button';
  button.setAttribute('aria-label', `Copy: ${command}`);
  button.addEventListener('click', () => void copy(command, text, button));
  return element('div', 'command', text, button);
}

async function copy(command, text, button) {
  try {
    await navigator.clipboard.writeText(command);
    button.textContent = 'Copied';
  } catch {
    // Without https the clipboard is closed to pages: the text is selected, the rest is one key.
    getSelection().selectAllChildren(text);
    button.textContent = 'Selected';
  }
  setTimeout(() => (button.textContent = 'Copy'), 1500);
}

export function showParked({ parked }, now, flowName, redraw) {
  if (!parked.byCode.some(({ code }) => code === chosen)) chosen = null;
  const shown = parked.newest.filter(({ code }) => chosen === null || code === chosen);
  document.getElementById('parked-empty').hidden = parked.total > 0;
  const all = chosen === null ? parked.total : parked.byCode.find(({ code }) => code === chosen).count;
  setText(
    document.getElementById('parked-hint'),
    shown.length < all
      ? `The newest ${count(shown.length)} of ${count(all)}. \`cartage parked list\` shows all.`
      : 'Set aside with their cause; everything else goes on.',
  );
  showCauses(parked.byCode, redraw);
  showRows(document.getElementById('parked'), columns(now, flowName), shown, ({ id }) => id);
}

/** One button per cause, with how many records wait for the same fix. */
function showCauses(byCode, redraw) {
  const causes = document.getElementById('causes');
  causes.hidden = byCode.length === 0;
  const old = new Map([...causes.children].map((button) => [button.dataset.code, button]));
  for (const { code, count: number, fix } of byCode) {
    const button = old.get(code) ?? causes.appendChild(causeButton(code, redraw));
    old.delete(code);
    setText(button.children[1], count(number));
    button.title = fix ?? '';
    button.setAttribute('aria-pressed', String(code === chosen));
  }
  for (const button of old.values()) button.remove();
}

function causeButton(code, redraw) {
  const button = element('button', 'cause', element('span', 'code', code), element('b', ''));
  button.type = 'button';
  button.dataset.code = code;
  button.addEventListener('click', () => {
    chosen = chosen === code ? null : code;
    redraw();
  });
  return button;
}
