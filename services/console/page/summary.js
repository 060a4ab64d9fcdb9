import { failureTarget } from './flows.js';
import { count, percent } from './format.js';
import { element, setText } from './rows.js';

/** The one line that says whether to read on. Each tile: label, figure, note, state. */
export function showSummary(status) {
  const tiles = [applied(status), failed(status), parkedNow(status), lag(status), targets(status)];
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
  return ['Applied, last hour', count(lastHour.applied), `of ${count(handled)} records handled`, ''];
}

function failed({ overall: { lastThousand } }) {
  const { records, failedFirstTry, failedFinally, held } = lastThousand;
  if (records === 0) return ['Failed in the end', '–', 'target below 1 %', ''];
  const waiting = held === 0 ? '' : `, ${percent(held, records)} held`;
  const note = `${percent(failedFirstTry, records)} at first try${waiting}; last ${count(records)}`;
  const state = failedFinally / records >= failureTarget ? 'bad' : 'good';
  return ['Failed in the end', percent(failedFinally, records), note, state];
}

function parkedNow({ parked: { total, complete, byCode } }) {
  const causes = byCode.length === 1 ? 'one cause' : `${byCode.length} causes`;
  const figure = `${complete ? '' : '≥ '}${count(total)}`;
  return ['Parked now', figure, total === 0 ? 'nothing waits for you' : causes, total === 0 ? '' : 'warn'];
}

function lag({ flows }) {
  const records = flows.reduce((sum, flow) => sum + (flow.mode === 'off' ? 0 : (flow.lag?.records ?? 0)), 0);
  return ['Lag', count(records), 'records not yet finished', ''];
}

function targets({ flows }) {
  const measured = flows.filter((flow) => flow.targetP95Ms !== null && flow.ageP95Ms !== null);
  if (measured.length === 0) return ['Latency targets', '–', 'nothing applied in the last hour', ''];
  const late = measured.filter((flow) => flow.ageP95Ms > flow.targetP95Ms);
  if (late.length > 0) return ['Latency targets', 'missed', late.map(({ name }) => name).join(', '), 'bad'];
  return ['Latency targets', 'met', 'P95 of the last hour', 'good'];
}
