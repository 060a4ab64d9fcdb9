// Elements are made with text nodes, never from HTML text: names of products and people are what somebody typed.

/** Makes an element with properties and children, which are nodes or text. */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A table; a column whose name begins with # is of numbers. Cells are nodes, text, or arrays of both. */
export function table(columns, rows) {
  const isNumber = (index) => (columns[index].startsWith('#') ? 'number' : '');
  const head = columns.map((name, index) =>
    element('th', { scope: 'col', className: isNumber(index) }, name.replace('#', '')),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      ...cells.map((cell, index) => element('td', { className: isNumber(index) }, ...[cell].flat())),
    ),
  );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/** A decimal without the places that say nothing: 12.5000 is 12.5. */
export const plain = (decimal) => decimal.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

export const money = (amount, currency) =>
  new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 4 }).format(amount);
