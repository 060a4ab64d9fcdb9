import { count, duration, exactTime, time } from './format.js';
import { badge, setText, showRows } from './rows.js';
import { say } from './texts.js';

const columns = (now, flowName) => [
  {
    title: say('outcomes.time'),
    className: 'nowrap',
    cell: ({ finishedAt }) => [{ text: time(finishedAt, now), title: exactTime(finishedAt) }],
  },
  { title: say('outcomes.flow'), className: 'nowrap', cell: (outcome) => flowName(outcome) },
  {
    title: say('outcomes.key'),
    className: 'record',
    cell: ({ key, documentId }) => [
      { text: key, className: 'key' },
      documentId === null ? null : { text: ` ${documentId}`, className: 'quiet' },
    ],
  },
  {
    title: say('outcomes.became'),
    cell: ({ status, targetId }) => [
      badge(status),
      targetId === null ? null : { text: `→ ${targetId}`, className: 'target' },
    ],
  },
  {
    title: say('outcomes.cause'),
    className: 'wide',
    cell: ({ cause, code }) => [
      { text: cause ?? '' },
      code === null ? null : { text: code, className: 'block code' },
    ],
  },
  {
    title: say('outcomes.tries'),
    className: 'number tries',
    cell: ({ attempts }) => [{ text: count(attempts), className: attempts > 1 ? 'warn' : 'zero' }],
  },
  {
    title: say('outcomes.age'),
    className: 'number nowrap',
    cell: ({ ageMs }) => (ageMs === null ? '' : duration(ageMs)),
  },
];

const keyOf = (outcome) =>
  `${outcome.process}/${outcome.topic}/${outcome.partition}/${outcome.offset}/${outcome.finishedAt}`;

const shownAtFirst = 50;
let showAll = false;

export function showOutcomes({ outcomes, complete }, now, flowName) {
  document.getElementById('outcomes-empty').hidden = outcomes.length > 0 || !complete;
  const more = document.getElementById('outcomes-more');
  more.hidden = showAll || outcomes.length <= shownAtFirst;
  setText(more, say('outcomes.all', { count: outcomes.length }));
  const shown = showAll ? outcomes : outcomes.slice(0, shownAtFirst);
  showRows(document.getElementById('outcomes'), columns(now, flowName), shown, keyOf);
}

export function onShowAll(redraw) {
  document.getElementById('outcomes-more').addEventListener('click', () => {
    showAll = true;
    redraw();
  });
}
