import { exactTime, time } from './format.js';
import { badge, element, setText, showRows } from './rows.js';
import { offerStockAt } from './stock-at.js';
import { say } from './texts.js';

const happeningColumns = (now) => [
  {
    title: say('story.time'),
    className: 'nowrap',
    cell: ({ at }) => [{ text: time(at, now), title: exactTime(at) }],
  },
  { title: say('story.who'), cell: ({ by }) => [{ text: by, className: 'strong' }] },
  {
    title: say('story.what'),
    className: 'wide',
    cell: ({ kind, what, code, fix, attempts }) => [
      badge(kind),
      { text: what },
      code === null ? null : { text: code, className: 'block code' },
      fix === null ? null : { text: fix, className: 'block' },
      attempts === null || attempts < 2
        ? null
        : { text: say('story.tries', { count: attempts }), className: 'block warn' },
    ],
  },
  {
    title: say('story.record'),
    className: 'record',
    cell: ({ topic, key, documentId }) => [
      { text: key, className: 'key' },
      documentId === null ? null : { text: ` ${documentId}`, className: 'quiet' },
      topic === null ? null : { text: topic, className: 'block quiet' },
    ],
  },
  {
    title: say('story.trace'),
    cell: ({ traceId, traceUrl }) => [
      traceUrl !== null
        ? { text: traceUrl, make: linkTo }
        : { text: traceId?.slice(0, 8) ?? '', title: traceId ?? '', className: 'code' },
    ],
  },
];

function linkTo(url) {
  const link = element('a', '', say('story.trace'));
  link.href = url;
  link.rel = 'noreferrer';
  link.target = '_blank';
  return link;
}

const sideColumns = (sides) => [
  { title: say('story.now'), cell: ({ name }) => [{ text: name, className: 'strong' }] },
  ...sides.map((side) => ({
    title: side.name === 'shop' ? say('story.shop') : side.name,
    className: 'wide',
    cell: ({ name }) => side.facts[name] ?? '',
  })),
];

const byId = (id) => document.getElementById(id);
/** The newest question: an answer to an older one comes too late. */
let asking = 0;

/** All that is known of one order or SKU, and how both sides stand now. */
export async function showStory(text) {
  const own = (asking += 1);
  const section = byId('story');
  section.setAttribute('aria-busy', 'true');
  setText(byId('story-title'), say('story.title', { key: text }));
  setText(byId('story-said'), say('story.asking'));
  byId('story-title').focus();
  const answer = await fetch(`/api/story?key=${encodeURIComponent(text)}`).catch(() => null);
  const story = answer?.ok ? await answer.json() : null;
  if (own !== asking) return;
  section.setAttribute('aria-busy', 'false');
  setText(byId('story-said'), saidOf(answer, story));
  offerStockAt(story?.isKnown && story.kind === 'sku' ? text : null);
  const { happenings = [], sides = [], findings = [] } = story ?? {};
  const names = [...new Set(sides.flatMap(({ facts }) => Object.keys(facts)))];
  byId('story-sides').tHead.replaceChildren();
  byId('story-sides').tBodies[0].replaceChildren();
  showRows(
    byId('story-sides'),
    sideColumns(sides),
    names.map((name) => ({ name })),
    ({ name }) => name,
  );
  byId('story-findings').replaceChildren(...findings.map(findingItem));
  const numbered = happenings.map((happening, index) => ({ ...happening, index }));
  showRows(byId('story-line'), happeningColumns(Date.now()), numbered, ({ index }) => `${own}/${index}`);
}

function saidOf(answer, story) {
  if (answer?.status === 503) return say('story.busy');
  if (story === null) return say('story.failed');
  const notAsked = story.sides
    .filter(({ unknown }) => unknown !== null)
    .map(({ name, unknown }) => say('story.notAll', { side: name, why: unknown }));
  return [headline(story), ...notAsked].join('\n');
}

function headline({ isKnown, similar, findings, happenings, leftOut }) {
  if (isKnown && happenings.length === 0) return say('story.nothing');
  if (isKnown && findings.length === 0)
    return leftOut > 0 ? say('story.well.leftOut', { count: leftOut }) : say('story.well');
  if (isKnown) return say('story.findings', { count: findings.length });
  if (similar.length === 0) return say('story.unknown');
  return say('story.similar', { keys: similar.map(({ key }) => key).join(', ') });
}

const findingItem = ({ what, fix, code }) =>
  element('li', '', element('span', 'strong', what), element('div', '', fix), element('div', 'code', code));
