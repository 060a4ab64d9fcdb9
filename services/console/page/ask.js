// Asks for a reason before anything is changed, and shows first what it would come to.
import { refusalOf } from './answers.js';
import { element, setText } from './rows.js';
import { say } from './texts.js';

const byId = (id) => document.getElementById(id);
const dialog = byId('ask');
/** What is asked for now; an answer that comes when it is another is not shown. */
let current = null;
/** The answer to an older question of what it would come to is too late. */
let looks = 0;
/** Until what somebody else has asked for may be done. */
const lookAgainMs = 1_000;
/** What was sent last: the console refuses who asks while another act is under way, so the next waits here. */
let sending = Promise.resolve();

/**
 * @param asked `{ title, go, path, body, fields, would, did }`: `would(answer)` are lines that say what a dry run has
 * shown; `did(answer)` is what is said when it is done; `fields` are further questions, `{ name, label, options }` or
 * `{ name, label }`.
 */
export async function ask(asked) {
  current = asked;
  const { title, go, fields: further = [] } = asked;
  setText(byId('ask-title'), title);
  setText(byId('ask-go'), go);
  byId('ask-fields').replaceChildren(...further.map(fieldOf));
  byId('ask-reason').value = '';
  showPlan([]);
  dialog.showModal();
  await look();
}

/** What it would come to, once all further questions have an answer; nothing can be done before that is shown. */
async function look() {
  const asked = current;
  const own = (looks += 1);
  const given = fieldsGiven();
  byId('ask-go').disabled = true;
  showPlan([]);
  if (Object.values(given).includes('')) return;
  showPlan([say('ask.looking')]);
  await sending;
  if (current !== asked || own !== looks) return;
  const { answer, failure, isBusy } = await send(asked, { ...given, dryRun: true });
  if (current !== asked || own !== looks || !dialog.open) return;
  if (isBusy) setTimeout(() => current === asked && own === looks && dialog.open && void look(), lookAgainMs);
  showPlan(failure === null ? asked.would(answer) : [failure]);
  byId('ask-go').disabled = failure !== null;
}

const fields = () => [...byId('ask-fields').querySelectorAll('input, select')];
const fieldsGiven = () => Object.fromEntries(fields().map(({ name, value }) => [name, value]));

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
  setDisabled(true);
  showPlan([say('ask.doing')]);
  const { answer, failure } = await send(asked, { ...fieldsGiven(), reason: byId('ask-reason').value });
  if (current !== asked) return;
  setDisabled(false);
  if (failure !== null) return showPlan([failure]);
  dialog.close();
  setText(byId('done'), asked.did(answer));
}

/** While it is done nothing else can be asked for, which nobody would have seen what it comes to. */
function setDisabled(isDisabled) {
  for (const one of [byId('ask-go'), ...fields()]) one.disabled = isDisabled;
}

const send = (asked, more) => (sending = post(asked, more));

/** `{ answer, failure, isBusy }`, of the first two one is null; busy with what somebody else has asked for. */
async function post({ path, body }, more) {
  const answered = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, ...more }),
  }).catch(() => null);
  const answer = await answered?.json().catch(() => null);
  if (answered?.ok) return { answer, failure: null, isBusy: false };
  return {
    answer: null,
    isBusy: answered?.status === 503,
    failure: say('ask.failed', refusalOf(answered, answer, say('ask.noAnswer.fix'))),
  };
}

byId('ask-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void doIt();
});
byId('ask-fields').addEventListener('change', () => void look());
byId('ask-cancel').addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => (current = null));
