import { count, duration, exactTime, time } from './format.js';
import { badge, setText, showRows } from './rows.js';

const columns = (now, flowName) => [
  {
    title: 'Time',
    className: 'nowrap',
    cell: ({ finishedAt }) => [{ text: time(finishedAt, now), title: exactTime(finishedAt) }],
  },
  { title: 'Flow', className: 'nowrap', cell: (outcome) => flowName(outcome) },
  {
    title: 'Key',
    className: 'record',
    cell: ({ key, documentId }) => [
      { text: key, className: 'key' },
      documentId === null ? null : { text: ` ${documentId}`, className: 'quiet' },
    ],
  },
  {
    title: 'What became of it',
    cell: ({ status, targetId }) => [
      badge(status),
      targetId === null ? null : { text: `→ ${targetId}`, className: 'target' },
    ],
  },
  {
    title: 'Cause',
    className: 'wide',
    cell: ({ cause, code }) => [
      { text: cause ?? '' },
      code === null ? null : { text: code, className: 'block code' },
    ],
  },
  {
    title: 'Tries',
    className: 'number tries',
    cell: ({ attempts }) => [{ text: count(attempts), className: attempts > 1 ? 'warn' : 'zero' }],
  },
  {
    title: 'Age',
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
  setText(more, `Show all ${outcomes.length}`);
  const shown = showAll ? outcomes : outcomes.slice(0, shownAtFirst);
  showRows(document.getElementById('outcomes'), columns(now, flowName), shown, keyOf);
}

export function onShowAll(redraw) {
  document.getElementById('outcomes-more').addEventListener('click', () => {
    showAll = true;
    redraw();
  });
}

/** All that is in memory about one order or SKU, oldest first. */
export async function showStory(key, flowName) {
  const section = document.getElementById('story');
  const empty = document.getElementById('story-empty');
  const answer = await fetch(`/api/story?key=${encodeURIComponent(key)}`);
  const { outcomes = [] } = await answer.json();
  setText(document.getElementById('story-title'), `The story of ${key}`);
  setText(
    empty,
    answer.ok
      ? 'Nothing is known of it in the last 24 hours. Part of a key is enough: an order number, a SKU.'
      : 'The console could not answer; try again in a moment.',
  );
  empty.hidden = outcomes.length > 0;
  showRows(section.querySelector('table'), columns(Date.now(), flowName), outcomes, keyOf);
  section.hidden = false;
  section.scrollIntoView({ block: 'nearest' });
}
