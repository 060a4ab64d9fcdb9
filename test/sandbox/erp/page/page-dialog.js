import { element } from './page-elements.js';

/** Calls the ERP; what it refuses is thrown in its own words. */
export async function ask(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return said;
  const problems = said.problems?.map((problem) => `${problem.path}: ${problem.message}`) ?? [];
  throw new Error([said.message, ...problems].join(' '));
}

const byId = (id) => document.getElementById(id);
let current;

/**
 * Shows a form for one verb. `fields` are { name, label, value, options, number, required }; `body` makes what is
 * posted to `path` of their values (the values themselves, when absent); `done` runs after the ERP has agreed.
 */
export function openDialog(form) {
  current = form;
  byId('dialog-title').textContent = form.title;
  byId('dialog-error').textContent = '';
  byId('dialog-fields').replaceChildren(
    ...form.fields.map((field) => element('label', {}, element('span', {}, field.label), input(field))),
  );
  byId('dialog').showModal();
}

function input({ name, value = '', options, number, required = false, placeholder = '' }) {
  if (options) {
    const choices = options.map((code) => element('option', { value: code, selected: code === value }, code));
    return element('select', { name }, ...choices);
  }
  const type = number
    ? { type: 'number', min: '0', step: '0.0001', required: true }
    : { type: 'text', required };
  return element('input', { name, value, placeholder, autocomplete: 'off', ...type });
}

byId('dialog-close').addEventListener('click', () => byId('dialog').close());
byId('dialog')
  .querySelector('form')
  .addEventListener('submit', (event) => {
    event.preventDefault(); // stays open until the ERP has agreed, to show what it says if not
    submit(Object.fromEntries(new FormData(event.target))).catch((error) => {
      byId('dialog-error').textContent = error.message;
    });
  });

async function submit(values) {
  await ask('POST', current.path, current.body ? current.body(values) : values);
  byId('dialog').close();
  await current.done();
}
