import { failureTarget } from './flows.js';
import { count, perThousand, wholes } from './format.js';
import { element, setText } from './rows.js';
import { say } from './texts.js';

/** The one line that says whether to read on. Each tile: label, figure, note, state. */
export function showSummary(status, now) {
  const tiles = [
    applied(status),
    failed(status),
    parkedNow(status),
    differing(status, now),
    lag(status),
    targets(status),
  ];
  const summary = document.getElementById('summary');
  if (!summary.firstChild) summary.append(...tiles.map(() => emptyTile()));
  tiles.forEach(([label, figure, note, state], index) => {
    const [first, second, third] = summary.children[index].children;
    setText(first, label);
    setText(second, figure);
    setText(third, note);
    second.className = `figure ${state}`;
  });
}

const emptyTile = () =>
  element('div', 'tile', element('div', 'label'), element('div', 'figure'), element('div', 'quiet'));

function applied({ overall: { lastHour } }) {
  const handled = Object.values(lastHour).reduce((sum, one) => sum + one, 0);
  const note = say('summary.applied.note', { count: handled });
  return [say('summary.applied'), count(lastHour.applied), note, ''];
}

function failed({ overall: { lastThousand } }) {
  const { records, failedFirstTry, failedFinally, held } = lastThousand;
  if (records === 0) return [say('summary.failed'), say('none'), say('summary.failed.none'), ''];
  const waiting = held === 0 ? '' : say('summary.failed.held', { held: perThousand(held, records) });
  const first = perThousand(failedFirstTry, records);
  const note = say('summary.failed.note', { first, held: waiting, count: records });
  const state = failedFinally / records >= failureTarget ? 'bad' : 'good';
  return [say('summary.failed'), `${perThousand(failedFinally, records)} ‰`, note, state];
}

function parkedNow({ parked: { total, complete, byCode } }) {
  const figure = complete ? count(total) : say('summary.atLeast', { count: total });
  const note =
    total === 0 ? say('summary.parked.none') : say('summary.parked.causes', { count: byCode.length });
  return [say('summary.parked'), figure, note, total === 0 ? '' : 'warn'];
}

function differing({ differences: { total, complete, groups } }, now) {
  const figure = complete ? count(total) : say('summary.atLeast', { count: total });
  if (total === 0) return [say('summary.differences'), figure, say('summary.differences.none'), ''];
  const age = wholes(now - groups[0].oldestAt);
  return [
    say('summary.differences'),
    figure,
    say('summary.differences.note', { count: groups.length, age }),
    'warn',
  ];
}

function lag({ flows }) {
  const records = flows.reduce((sum, flow) => sum + (flow.mode === 'off' ? 0 : (flow.lag?.records ?? 0)), 0);
  return [say('summary.lag'), count(records), say('summary.lag.note'), ''];
}

/** Missed by what was applied, or about to be by what waits. */
function targets({ flows }) {
  const title = say('summary.targets');
  const names = (some) => some.map(({ name }) => name).join(', ');
  const measured = flows.filter((flow) => flow.targetP95Ms !== null && flow.ageP95Ms !== null);
  const late = measured.filter((flow) => flow.ageP95Ms > flow.targetP95Ms);
  if (late.length > 0) return [title, say('summary.targets.missed'), names(late), 'bad'];
  const atRisk = flows.filter(({ mode, outlook }) => mode !== 'off' && outlook.targetBreaksInMs !== null);
  if (atRisk.length > 0) return [title, say('summary.targets.atRisk'), names(atRisk), 'warn'];
  if (measured.length === 0) return [title, say('none'), say('summary.targets.none'), ''];
  return [title, say('summary.targets.met'), say('summary.targets.note'), 'good'];
}
