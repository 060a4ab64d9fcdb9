import { ask } from './ask.js';
import { exactTime, time } from './format.js';
import { actButton, badge, showRows } from './rows.js';
import { say } from './texts.js';

const atMost = (number) =>
  number === null ? say('controls.default') : say('controls.atMost', { count: number });

const columns = (now) => [
  {
    title: say('controls.flow'),
    className: 'name',
    cell: ({ names, reader }) => [
      { text: names.join(', '), className: 'strong' },
      { text: reader, className: 'block code' },
    ],
  },
  { title: say('controls.state'), cell: ({ state }) => [badge(state, say(`controls.${state}`))] },
  { title: say('controls.concurrency'), cell: ({ control }) => atMost(control?.concurrencyMax ?? null) },
  { title: say('controls.batch'), cell: ({ control }) => atMost(control?.batchMax ?? null) },
  { title: say('controls.schedule'), cell: ({ control }) => control?.schedule ?? say('controls.default') },
  {
    title: say('controls.by'),
    cell: ({ control }) =>
      control === null
        ? ''
        : [
            { text: control.setBy },
            { text: time(control.setAt, now), title: exactTime(control.setAt), className: 'block quiet' },
          ],
  },
  { title: say('controls.why'), className: 'wide', cell: ({ control }) => control?.reason ?? '' },
  {
    title: say('controls.act'),
    cell: ({ reader, control, settable }) => [
      ...(settable.includes('batch') ? [toggle(reader, control?.paused ? 'resume' : 'pause')] : []),
      actButton(say('controls.set'), say('controls.set.label', { flow: reader }), () =>
        askToSet(reader, settable),
      ),
    ],
  },
];

const toggle = (flow, action) =>
  actButton(say(`controls.${action}`), say(`controls.${action}.title`, { flow }), () =>
    askFor(
      { flow, action },
      { title: say(`controls.${action}.title`, { flow }), go: say(`controls.${action}`) },
    ),
  );

const askToSet = (flow, settable) =>
  askFor(
    { flow, action: 'set' },
    {
      title: say('controls.set.title', { flow }),
      go: say('controls.set.go'),
      fields: [
        {
          name: 'what',
          label: say('controls.what'),
          options: settable.map((what) => [what, say(`controls.what.${what}`)]),
        },
        { name: 'value', label: say('controls.value') },
      ],
    },
  );

const askFor = (body, words) =>
  void ask({
    path: '/api/controls',
    body,
    would: (set) => set.map((one) => wouldBe(one)),
    did: () => say('controls.did'),
    ...words,
  });

const wouldBe = ({ reader, paused, concurrencyMax, batchMax, schedule }) =>
  say(`controls.would.${paused ? 'pause' : 'run'}`, {
    flow: reader,
    concurrency: atMost(concurrencyMax),
    batch: atMost(batchMax),
    schedule: schedule ?? say('controls.default'),
  });

const numbers = ['concurrency', 'batch'];

/** A row for whoever can be told something: a process, or a part of one; one without flows has a schedule alone. */
export function showControls({ flows, scheduled }, now) {
  const hasSchedule = new Set(scheduled.map(({ process }) => process));
  const rows = [...Map.groupBy(flows, ({ process }) => process)].map(([reader, own]) => ({
    reader,
    names: own.map(({ name }) => name),
    control: own[0].control,
    state: own.every(({ mode }) => mode === 'off') ? 'off' : own[0].control?.paused ? 'paused' : 'runs',
    settable: hasSchedule.has(reader) ? [...numbers, 'schedule'] : numbers,
  }));
  const others = scheduled
    .filter(({ process }) => !rows.some(({ reader }) => reader === process))
    .map(({ process, control }) => ({
      reader: process,
      names: [say('controls.rounds')],
      control,
      state: 'runs',
      settable: ['schedule'],
    }));
  showRows(document.getElementById('controls'), columns(now), [...rows, ...others], ({ reader }) => reader);
}
