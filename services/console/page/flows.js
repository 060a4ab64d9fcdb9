import { count, duration, exactTime, perThousand, wholes } from './format.js';
import { badge, showRows } from './rows.js';
import { say } from './texts.js';
import { ago } from './time-words.js';

/** Less than 10 of 1,000 records: what is promised to those who operate it. */
export const failureTarget = 0.01;

const number = (read) => (flow) => {
  const value = read(flow);
  return [{ text: count(value), className: value === 0 ? 'zero' : '' }];
};

const columns = (now) => [
  {
    title: say('flows.flow'),
    className: 'name',
    cell: (flow) => [
      { text: flow.name, className: 'strong' },
      { text: flow.direction, className: 'block quiet' },
    ],
  },
  {
    title: say('flows.mode'),
    cell: ({ mode, control }) => [mode === null ? null : badge(mode), ...setOf(control)],
  },
  { title: say('flows.applied'), className: 'number', cell: number((flow) => flow.lastHour.applied) },
  { title: say('flows.unchanged'), className: 'number', cell: notWritten },
  { title: say('flows.held'), className: 'number', cell: problem('held', 'warn') },
  { title: say('flows.rejected'), className: 'number', cell: problem('rejected', 'bad') },
  { title: say('flows.failed'), className: 'number', cell: failures },
  { title: say('flows.p50'), className: 'number', cell: age('ageP50Ms') },
  { title: say('flows.p95'), className: 'number', cell: ageP95 },
  { title: say('flows.p99'), className: 'number', cell: age('ageP99Ms') },
  { title: say('flows.lag'), className: 'number', cell: lagCell },
  {
    title: say('flows.activity'),
    className: 'number activity',
    cell: ({ lastActivityAt: at }) =>
      at === null ? '' : [{ text: ago(now - at), title: exactTime(at), className: 'nowrap' }],
  },
];

/** What an operator has set, and why. */
function setOf(control) {
  if (control === null) return [];
  const { paused, concurrencyMax, batchMax, setBy, setAt, reason } = control;
  const title = say('flows.set.title', { who: setBy, at: exactTime(setAt), reason });
  const limits = [
    concurrencyMax === null ? '' : say('flows.atMost', { count: concurrencyMax }),
    batchMax === null ? '' : say('flows.inBatch', { count: batchMax }),
  ].filter((text) => text !== '');
  return [
    paused ? { ...badge('paused', say('controls.paused')), title } : null,
    paused ? { text: reason, className: 'block quiet' } : null,
    limits.length === 0 ? null : { text: limits.join(', '), className: 'block quiet', title },
  ];
}

/** It was so already, a newer value of the same key came first, or the flow runs dry. */
function notWritten({ lastHour: { unchanged, superseded, dry } }) {
  const all = unchanged + superseded + dry;
  const title = say('flows.unchanged.title', { unchanged, superseded, dry });
  return [
    { text: count(all), className: all === 0 ? 'zero' : '', title },
    dry === 0 ? null : { text: say('flows.dry', { count: dry }), className: 'block quiet nowrap' },
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
    { text: perThousand(failedFinally, records), className: late ? 'bad nowrap' : 'nowrap' },
    {
      text: say('flows.failed.first', { share: perThousand(failedFirstTry, records) }),
      className: 'block quiet nowrap',
      title: say('flows.failed.title', { count: records }),
    },
  ];
}

const inDay = (day, name) =>
  day[name] === null
    ? null
    : { text: say('flows.day', { time: duration(day[name]) }), className: 'block quiet nowrap' };

function age(name) {
  return (flow) => [
    { text: flow[name] === null ? '' : duration(flow[name]), className: 'nowrap' },
    inDay(flow.day, name),
  ];
}

function ageP95(flow) {
  const { ageP95Ms, targetP95Ms, schedule, day } = flow;
  const target = targetP95Ms === null ? schedule : say('flows.target', { time: wholes(targetP95Ms) });
  const late = ageP95Ms !== null && targetP95Ms !== null && ageP95Ms > targetP95Ms;
  const met = ageP95Ms !== null && targetP95Ms !== null && !late;
  return [
    {
      text: ageP95Ms === null ? say('none') : duration(ageP95Ms),
      className: late ? 'bad nowrap' : met ? 'good nowrap' : '',
    },
    inDay(day, 'ageP95Ms'),
    { text: target, className: 'block quiet nowrap' },
  ];
}

function lagCell({ lag, mode, outlook }) {
  if (lag === null) return '';
  if (lag.records === 0) return [{ text: '0', className: 'zero' }];
  const quiet = (text, more = '') => ({ text, className: `block quiet nowrap ${more}` });
  const behind = { text: count(lag.records) };
  if (mode === 'off') return [behind, quiet(say('flows.lag.off'))];
  if (!lag.started) return [behind, quiet(say('flows.lag.notBegun'), 'warn')];
  const { drainMs, isGrowing, targetBreaksInMs: breaksInMs } = outlook;
  return [
    behind,
    drainMs === null ? null : quiet(say('flows.lag.drains', { time: duration(drainMs) })),
    isGrowing ? quiet(say('flows.lag.grows'), 'warn') : null,
    breaksInMs === null
      ? null
      : breaksInMs === 0
        ? quiet(say('flows.lag.broken'), 'bad')
        : quiet(say('flows.lag.breaks', { time: duration(breaksInMs) }), 'warn'),
  ];
}

export function showFlows(status, now) {
  showRows(
    document.getElementById('flows'),
    columns(now),
    status.flows,
    (flow) => `${flow.process}/${flow.topic}`,
  );
}
