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
    cell: ({ id, fix, command }) => [
      { text: fix },
      command === null ? null : { text: command, make: (text) => commandRow(id, text) },
    ],
  },
  { title: 'Tries', className: 'number', cell: ({ attempts }) => count(attempts) },
];

/** The command to type, a button that copies it, and one that does the same from here. */
function commandRow(id, command) {
  const text = element('code', '', command);
  const copyButton = button('Copy', `Copy: ${command}`, (self) => copy(command, text, self));
  const askButton = button('Ask again', `Ask again: ${command}`, (self) => askAgain(id, self));
  return element('div', 'command', text, copyButton, askButton);
}

function button(words, label, act) {
  const made = element('button', '', words);
  made.type = 'button';
  made.setAttribute('aria-label', label);
  made.addEventListener('click', () => void act(made));
  return made;
}

async function askAgain(id, self) {
  self.disabled = true;
  const answer = await fetch('/api/refresh', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  }).catch(() => null);
  self.textContent = answer?.ok ? 'Asked' : 'Not asked';
  setTimeout(() => {
    self.textContent = 'Ask again';
    self.disabled = false;
  }, 1500);
}

async function copy(command, text, self) {
  try {
    await navigator.clipboard.writeText(command);
    self.textContent = 'Copied';
  } catch {
    // Without https the clipboard is closed to pages: the text is selected, the rest is one key.
    getSelection().selectAllChildren(text);
    self.textContent = 'Selected';
  }
  setTimeout(() => (self.textContent = 'Copy'), 1500);
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
