import { ago, count, duration, exactTime, percent } from './format.js';
import { badge, showRows } from './rows.js';

/** Less than 1 % of 1,000 records: what is promised to those who operate it. */
export const failureTarget = 0.01;

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
  { title: 'Mode', cell: ({ mode, control }) => [mode === null ? null : badge(mode), ...setOf(control)] },
  { title: 'Applied', className: 'number', cell: number((flow) => flow.lastHour.applied) },
  {
    title: 'Unchanged',
    className: 'number',
    cell: notWritten,
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
    className: 'number activity',
    cell: ({ lastActivityAt: at }) =>
      at === null ? '' : [{ text: ago(now - at), title: exactTime(at), className: 'nowrap' }],
  },
];

/** What an operator has set, and why. */
function setOf(control) {
  if (control === null) return [];
  const { paused, concurrencyMax, batchMax, setBy, setAt, reason } = control;
  const title = `${setBy}, ${exactTime(setAt)}: ${reason}`;
  const limits = [
    concurrencyMax === null ? '' : `at most ${count(concurrencyMax)} at once`,
    batchMax === null ? '' : `${count(batchMax)} in a batch`,
  ].filter((text) => text !== '');
  return [
    paused ? { ...badge('paused'), title } : null,
    paused ? { text: reason, className: 'block quiet' } : null,
    limits.length === 0 ? null : { text: limits.join(', '), className: 'block quiet', title },
  ];
}

/** It was so already, a newer value of the same key came first, or the flow runs dry. */
function notWritten({ lastHour: { unchanged, superseded, dry } }) {
  const all = unchanged + superseded + dry;
  const title = `${count(unchanged)} were so already, ${count(superseded)} superseded by a newer value, ${count(dry)} dry`;
  return [
    { text: count(all), className: all === 0 ? 'zero' : '', title },
    dry === 0 ? null : { text: `${count(dry)} dry`, className: 'block quiet nowrap' },
  ];
}

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
    return [{ text: count(lag.records) }, { text: 'not begun', className: 'block quiet warn nowrap' }];
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
