import { local } from './format.js';
import { refusalOf } from './answers.js';
import { badge, setText, showRows } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);

const columns = () => [
  {
    title: say('go-live.verdict'),
    cell: ({ verdict }) => [badge(verdict, say(`verdict.${verdict}`))],
  },
  { title: say('go-live.of'), className: 'name', cell: ({ of }) => [{ text: of, className: 'strong' }] },
  { title: say('go-live.measured'), className: 'wide', cell: ({ measured }) => measured },
  { title: say('go-live.target'), className: 'wide', cell: ({ target }) => target },
];

async function judge() {
  const since = new Date(byId('go-live-since').value);
  setText(byId('go-live-said'), say('go-live.making'));
  const query = Number.isNaN(since.getTime()) ? '' : since.toISOString();
  const answered = await fetch(`/api/go-live?since=${encodeURIComponent(query)}`).catch(() => null);
  const report = await answered?.json().catch(() => null);
  if (!answered?.ok) {
    const refusal = refusalOf(answered, report, say('ask.again'));
    setText(byId('go-live-said'), say('go-live.failed', refusal));
    return;
  }
  const hours = ((report.until - report.since) / 3_600_000).toFixed(1);
  setText(byId('go-live-said'), say(`go-live.${report.verdict}`, { hours }));
  const numbered = report.judged.map((one, index) => ({ ...one, id: `${report.until} ${index}` }));
  showRows(byId('go-live'), columns(), numbered, ({ id }) => id);
}

export function prepareGoLive() {
  byId('go-live-since').value = local(Date.now() - 24 * 3_600_000).slice(0, 16);
  byId('go-live-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void judge();
  });
}
