// Whatever a record holds becomes text, never HTML: there is only textContent here, and the page's
// Content-Security-Policy (trusted types) refuses the rest. Rows are kept and changed in place, so that a text being
// selected stays selected and a focused button keeps its focus while the page is live.

/** Makes an element with a class and children, which are nodes or text; null is left out. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== ''));
  return made;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Shows `items` as the rows of a table. A column is `{ title, className, cell(item) }`; a cell is text, or a list of
 * parts: `{ text, className, title }`, or `{ make, text }` for what is more than text, made anew when its text changes.
 */
export function showRows(table, columns, items, keyOf) {
  if (!table.tHead.firstChild) table.tHead.append(headOf(columns));
  table.hidden = items.length === 0;
  const body = table.tBodies[0];
  const old = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  let place = body.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = old.get(key) ?? newRow(key, columns);
    old.delete(key);
    columns.forEach((column, index) => fill(row.cells[index], column.cell(item)));
    if (row === place) place = place.nextSibling;
    else body.insertBefore(row, place);
  }
  for (const row of old.values()) row.remove();
}

function headOf(columns) {
  const titles = columns.map(({ title, className }) => {
    const head = element('th', className, title);
    head.scope = 'col';
    return head;
  });
  return element('tr', '', ...titles);
}

function newRow(key, columns) {
  const row = element('tr', '');
  row.dataset.key = key;
  for (const { title, className } of columns) {
    const cell = element('td', className);
    // Shown before the value where the screen is too narrow for a table.
    cell.dataset.title = title;
    row.append(cell);
  }
  return row;
}

function fill(cell, content) {
  const parts = typeof content === 'string' ? [{ text: content }] : content.filter((part) => part !== null);
  const drawn = JSON.stringify(parts);
  if (cell.drawn === drawn) return;
  cell.drawn = drawn;
  const empty = parts.every(({ text }) => text === '');
  cell.classList.toggle('blank', empty);
  cell.replaceChildren(...parts.map((part) => nodeOf(part)));
}

function nodeOf({ text, className, title, make }) {
  if (make) return make(text);
  const node = element(className?.includes('block') ? 'div' : 'span', className ?? '', text);
  if (title) node.title = title;
  return node;
}

const knownStates = new Set(
  'applied unchanged superseded dry held rejected on off paused runs met missed unknown'.split(' '),
);

/** @param words where another word than the state itself is shown */
export const badge = (state, words = state) => ({
  text: words,
  className: `badge ${knownStates.has(state) ? state : ''}`,
});

/** A button with its name for those who hear it; `act` is given the button. */
export function button(words, label, act, className = '') {
  const made = element('button', className, words);
  made.type = 'button';
  if (label !== words) made.setAttribute('aria-label', label);
  made.addEventListener('click', () => void act(made));
  return made;
}

/** Part of a cell: a button that only operators see, made anew when its name changes. */
export const actButton = (words, label, act) => ({
  text: label,
  make: () => button(words, label, act, 'act'),
});

/**
 * Buttons of which one at most is pressed, kept in place. A choice is `{ id, words, count, title }`; `choose` is given
 * its id, or null when it is let go.
 */
export function showChoices(group, choices, chosen, choose) {
  group.hidden = choices.length === 0;
  const old = new Map([...group.children].map((one) => [one.dataset.id, one]));
  for (const { id, words, count, title } of choices) {
    const made = old.get(id) ?? group.appendChild(choiceButton(id, words, choose));
    old.delete(id);
    setText(made.children[1], count);
    made.title = title;
    made.setAttribute('aria-pressed', String(id === chosen));
  }
  for (const gone of old.values()) gone.remove();
}

function choiceButton(id, words, choose) {
  const made = element('button', 'cause', element('span', 'code', words), element('b', ''));
  made.type = 'button';
  made.dataset.id = id;
  made.addEventListener('click', () => choose(made.getAttribute('aria-pressed') === 'true' ? null : id));
  return made;
}
