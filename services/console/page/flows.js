import { ago, count, duration, exactTime, percent } from './format.js';
import { badge, element, setText, showRows } from './rows.js';

/** R80: less than 1 % of 1,000 records. */
const failureTarget = 0.01;

const number = (read) => (flow) => {
  const value = read(flow);
  return [{ text: count(value), className: value === 0 ? 'zero' : '' }];
};

const columns = (now) => [
  {
    title: 'Flow',
    className: 'name',
    cell: (flow) => [
      { text: flow.name, className: 'strong' },
      { text: flow.direction, className: 'block quiet' },
    ],
  },
  { title: 'Mode', cell: ({ mode }) => (mode === null ? '' : [badge(mode)]) },
  { title: 'Applied', className: 'number', cell: number((flow) => flow.lastHour.applied) },
  {
    title: 'Unchanged',
    className: 'number',
    // A newer value of the same key came first, or a dry run: neither was written.
    cell: number(({ lastHour }) => lastHour.unchanged + lastHour.superseded + lastHour.dry),
  },
  { title: 'Held', className: 'number', cell: problem('held', 'warn') },
  { title: 'Rejected', className: 'number', cell: problem('rejected', 'bad') },
  { title: 'Failed', className: 'number', cell: failures },
  {
    title: 'Age P50',
    className: 'number',
    cell: ({ ageP50Ms }) => (ageP50Ms === null ? '' : duration(ageP50Ms)),
  },
  { title: 'Age P95', className: 'number', cell: ageP95 },
  { title: 'Lag', className: 'number', cell: lagCell },
  {
    title: 'Last activity',
    className: 'number',
    cell: ({ lastActivityAt: at }) =>
      at === null ? '' : [{ text: ago(now - at), title: exactTime(at), className: 'nowrap' }],
  },
];

function problem(status, className) {
  return ({ lastHour }) => [
    { text: count(lastHour[status]), className: lastHour[status] === 0 ? 'zero' : className },
  ];
}

function failures({ lastThousand: { records, failedFirstTry, failedFinally } }) {
  if (records === 0) return '';
  const late = failedFinally / records >= failureTarget;
  return [
    { text: percent(failedFinally, records), className: late ? 'bad nowrap' : 'nowrap' },
    {
      text: `${percent(failedFirstTry, records)} at first`,
      className: 'block quiet nowrap',
      title: `Of the last ${count(records)} records`,
    },
  ];
}

function ageP95({ ageP95Ms, targetP95Ms, schedule }) {
  const target = targetP95Ms === null ? schedule : `target ${Math.round(targetP95Ms / 60_000)} min`;
  const late = ageP95Ms !== null && targetP95Ms !== null && ageP95Ms > targetP95Ms;
  const met = ageP95Ms !== null && targetP95Ms !== null && !late;
  return [
    { text: ageP95Ms === null ? '–' : duration(ageP95Ms), className: late ? 'bad' : met ? 'good' : '' },
    { text: target, className: 'block quiet nowrap' },
  ];
}

function lagCell({ lag, mode }) {
  if (lag === null) return '';
  if (lag.records === 0) return [{ text: '0', className: 'zero' }];
  if (mode === 'off')
    return [{ text: count(lag.records) }, { text: 'the flow is off', className: 'block quiet nowrap' }];
  if (!lag.started)
    return [{ text: count(lag.records) }, { text: 'not begun', className: 'block warn nowrap' }];
  return count(lag.records);
}

export function showFlows(status, now) {
  showRows(
    document.getElementById('flows'),
    columns(now),
    status.flows,
    (flow) => `${flow.process}/${flow.topic}`,
  );
}

/** The one line that says whether to read on. */
export function showSummary({ overall, parked, flows }) {
  const { records, failedFirstTry, failedFinally, held } = overall.lastThousand;
  const handled = Object.values(overall.lastHour).reduce((sum, one) => sum + one, 0);
  const late = flows.filter((flow) => flow.targetP95Ms !== null && (flow.ageP95Ms ?? 0) > flow.targetP95Ms);
  const lag = flows.reduce((sum, flow) => sum + (flow.mode === 'off' ? 0 : (flow.lag?.records ?? 0)), 0);
  const failing = records > 0 && failedFinally / records >= failureTarget;
  const tiles = [
    ['Applied, last hour', count(overall.lastHour.applied), `of ${count(handled)} records handled`, ''],
    [
      'Failed in the end',
      percent(failedFinally, records),
      failuresNote(records, failedFirstTry, held),
      failing ? 'bad' : '',
    ],
    [
      'Parked now',
      `${parked.complete ? '' : '≥ '}${count(parked.total)}`,
      causesNote(parked),
      parked.total > 0 ? 'warn' : '',
    ],
    ['Lag', count(lag), 'records not yet finished', ''],
    [
      'Latency targets',
      late.length === 0 ? 'met' : 'missed',
      late.map((flow) => flow.name).join(', ') || 'P95 of the last hour',
      late.length > 0 ? 'bad' : '',
    ],
  ];
  const summary = document.getElementById('summary');
  if (!summary.firstChild) {
    const tile = () =>
      element('div', 'tile', element('div', 'label'), element('div', 'figure'), element('div', 'quiet'));
    summary.append(...tiles.map(tile));
  }
  tiles.forEach(([label, figure, note, state], index) => {
    const [first, second, third] = summary.children[index].children;
    setText(first, label);
    setText(second, figure);
    setText(third, note);
    second.className = `figure ${state}`;
  });
}

function failuresNote(records, failedFirstTry, held) {
  if (records === 0) return 'target below 1 %';
  const waiting = held === 0 ? '' : `, ${percent(held, records)} held`;
  return `${percent(failedFirstTry, records)} at first try${waiting}; last ${count(records)}`;
}

function causesNote({ total, byCode }) {
  if (total === 0) return 'nothing waits for you';
  return byCode.length === 1 ? 'one cause' : `${byCode.length} causes`;
}
