import { exactTime, local } from './format.js';
import { refusalOf } from './answers.js';
import { setText, showRows } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
let sku = '';
/** The answer to an older question is too late, of another SKU or of another time of the same. */
let questions = 0;

const since = (value, at) => [
  { text: value ?? say('stock-at.notKept') },
  at === null ? null : { text: exactTime(at), className: 'block quiet' },
];

const columns = () => [
  { title: say('stock-at.key'), cell: ({ key }) => [{ text: key, className: 'key' }] },
  {
    title: say('stock-at.believed'),
    cell: ({ believed, believedSince }) => since(believed, believedSince),
  },
  { title: say('stock-at.told'), cell: ({ told, toldAt }) => since(told, toldAt) },
  { title: say('stock-at.otherwise'), className: 'wide', cell: ({ otherwise }) => otherwise ?? '' },
];

/** Offers it for a SKU; null for what is none. */
export function offerStockAt(of) {
  sku = of ?? '';
  questions += 1;
  byId('stock-at-form').hidden = of === null;
  byId('stock-at-time').value = local(Date.now());
  setText(byId('stock-at-said'), '');
  byId('stock-at').hidden = true;
}

async function tell() {
  const own = (questions += 1);
  setText(byId('stock-at-said'), say('stock-at.asking'));
  const at = new Date(byId('stock-at-time').value).toISOString();
  const query = new URLSearchParams({ sku, at });
  const answered = await fetch(`/api/stock-at?${query}`).catch(() => null);
  const known = await answered?.json().catch(() => null);
  if (own !== questions) return;
  byId('stock-at').hidden = !answered?.ok || known.length === 0;
  if (!answered?.ok) {
    const refusal = refusalOf(answered, known, say('ask.again'));
    setText(byId('stock-at-said'), say('stock-at.failed', refusal));
    return;
  }
  setText(byId('stock-at-said'), say(`stock-at.${known.length === 0 ? 'none' : 'known'}`));
  showRows(
    byId('stock-at'),
    columns(),
    known.map((one) => ({ ...one, id: `${one.key} ${at}` })),
    ({ id }) => id,
  );
}

byId('stock-at-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void tell();
});
