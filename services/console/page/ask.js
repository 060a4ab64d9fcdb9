// Asks for a reason before anything is changed, and shows first what it would come to.
import { element, setText } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
const dialog = byId('ask');
/** What is asked for now; an answer that comes when it is another is not shown. */
let current = null;

/**
 * @param asked `{ title, go, path, body, fields, would, did }`: `would(answer)` are lines that say what a dry run has
 * shown, left out where there is none; `did(answer)` is what is said when it is done; `fields` are further questions,
 * `{ name, label, options }` or `{ name, label }`.
 */
export async function ask(asked) {
  current = asked;
  const { title, go, fields = [], would } = asked;
  setText(byId('ask-title'), title);
  setText(byId('ask-go'), go);
  byId('ask-fields').replaceChildren(...fields.map(fieldOf));
  byId('ask-reason').value = '';
  showPlan([]);
  byId('ask-go').disabled = would !== undefined;
  dialog.showModal();
  if (would === undefined) return;
  showPlan([say('ask.looking')]);
  const { answer, failure } = await send(asked, { dryRun: true });
  if (current !== asked) return;
  showPlan(failure === null ? would(answer) : [failure]);
  byId('ask-go').disabled = failure !== null;
}

function fieldOf({ name, label, options }) {
  const input = element(options ? 'select' : 'input', '', ...(options ?? []).map(optionOf));
  input.name = name;
  input.required = true;
  return element('label', '', label, input);
}

function optionOf([value, words]) {
  const option = element('option', '', words);
  option.value = value;
  return option;
}

const showPlan = (lines) => byId('ask-plan').replaceChildren(...lines.map((line) => element('p', '', line)));

async function doIt() {
  const asked = current;
  byId('ask-go').disabled = true;
  showPlan([say('ask.doing')]);
  const given = Object.fromEntries(
    [...byId('ask-fields').querySelectorAll('input, select')].map(({ name, value }) => [name, value]),
  );
  const { answer, failure } = await send(asked, { ...given, reason: byId('ask-reason').value });
  if (current !== asked) return;
  byId('ask-go').disabled = false;
  if (failure !== null) return showPlan([failure]);
  dialog.close();
  setText(byId('done'), asked.did(answer));
}

/** `{ answer, failure }`, of which one is null. */
async function send({ path, body }, more) {
  const answered = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, ...more }),
  }).catch(() => null);
  const answer = await answered?.json().catch(() => null);
  if (answered?.ok) return { answer, failure: null };
  const { what = say('ask.noAnswer'), fix = say('ask.noAnswer.fix') } = answer ?? {};
  return { answer: null, failure: say('ask.failed', { what, fix }) };
}

byId('ask-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void doIt();
});
byId('ask-cancel').addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => (current = null));
