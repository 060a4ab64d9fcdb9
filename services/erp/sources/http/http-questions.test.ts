import { describe, expect, it } from '@jest/globals';
import { httpQuestions } from '../../../platform/config/sections/erp-source.ts';
import { asked as askedOf, withCannedApi } from '../../recipe/testing/canned-erp.ts';
import { HttpQuestions } from './http-questions.ts';
import { ReadingCaller } from './reading-caller.ts';

function questionsOf(more: object = {}) {
  const { erp, clock, caller } = withCannedApi({
    answers: [
      { when: '=status = 404', is: 'empty' },
      { when: '=status = 409', is: 'again' },
    ],
  });
  const questions = new HttpQuestions({
    path: 'erp.streams.stock.http',
    keyColumn: 'number',
    asked: httpQuestions.parse({
      get: { send: 'GET /items/{$key}' },
      all: { send: 'GET /items?page=1', take: '=result.value', next: '=result.next' },
      rows: '={ "number": id, "sku": sku, "source": "main", "quantity": $string(on_hand) }',
      version: '=modified',
      ...more,
    }),
    find: '=$records.sku',
    caller: new ReadingCaller(caller, clock),
    since: '2026-01-01T00:00:00.000Z',
    clock,
  });
  return { erp, clock, questions };
}

const item = (id: number, modified = '2026-01-02T00:00:00Z') => ({
  id,
  sku: `S${id}`,
  on_hand: id,
  modified,
});
const told = (...marks: string[]) => marks;

describe('questions over HTTP', () => {
  it('ask key by key, and leave out what is not there', async () => {
    const { erp, questions } = questionsOf();
    erp.answer = ({ path }) => (path === '/items/7' ? { body: item(7) } : { status: 404 });
    const { rows } = await questions.ask(
      new Map([
        ['7', []],
        ['8', []],
      ]),
    );
    expect(rows).toEqual([{ number: '7', sku: 'S7', source: 'main', quantity: '7' }]);
    expect(askedOf(erp)).toEqual(['GET /items/7', 'GET /items/8']);
  });

  it('ask several keys by one call, where the ERP takes them', async () => {
    const { erp, questions } = questionsOf({
      get: { send: 'GET /items?ids={$join($keys, ",")}' },
      keysPerCall: 2,
    });
    erp.answer = ({ path }) => ({
      body: decodeURIComponent(path)
        .match(/\d+/g)!
        .map((id) => item(Number(id))),
    });
    const { rows } = await questions.ask(new Map(['1', '2', '3'].map((key) => [key, []])));
    expect(rows.map(({ number }) => number)).toEqual(['1', '2', '3']);
    expect(erp.calls).toHaveLength(2);
  });

  it('wait until what is shown is as new as what was told, key by key', async () => {
    const { erp, questions } = questionsOf({ get: { send: 'GET /items' }, keysPerCall: 2 });
    erp.answer = () => ({
      body: [
        item(1, '2026-01-09T00:00:00Z'),
        item(2, erp.calls.length < 3 ? '2026-01-01T00:00:00Z' : '2026-01-03T00:00:00Z'),
      ],
    });
    await questions.ask(
      new Map([
        ['1', []],
        ['2', told('2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z')],
      ]),
    );
    expect(erp.calls).toHaveLength(3);
    erp.answer = () => ({ body: [item(2)] });
    const stale = questions.ask(new Map([['2', told('2026-02-01T00:00:00Z')]]));
    await expect(stale).rejects.toMatchObject({
      name: 'Unavailable',
      fault: { code: 'erp.commit_not_visible' },
    });
  });

  it('ask all page by page', async () => {
    const { erp, questions } = questionsOf();
    erp.answer = ({ path }) =>
      path.endsWith('1')
        ? { body: { value: [item(1), item(2)], next: '/items?page=2' } }
        : { body: { value: [item(3)] } };
    const answers = await Array.fromAsync(questions.askAll());
    expect(answers.map(({ rows }) => rows.map(({ number }) => number))).toEqual([['1', '2'], ['3']]);
    expect(answers[0]!.version).toBe(answers[1]!.version);
  });

  it('make a call again where the ERP asks for it, and say what is wrong in words of their own', async () => {
    const { erp, questions } = questionsOf();
    erp.answer = () => (erp.calls.length < 3 ? { status: 409 } : { body: item(7) });
    expect((await questions.ask(new Map([['7', []]]))).rows).toHaveLength(1);
    erp.answer = () => ({ status: 400, body: 'no' });
    await expect(questions.ask(new Map([['7', []]]))).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'erp.query', what: expect.stringContaining('erp.streams.stock.http.get') },
    });
    erp.answer = () => ({ status: 409 });
    await expect(questions.ask(new Map([['7', []]]))).rejects.toMatchObject({ name: 'Unavailable' });
  });

  it('find the keys of records, and of none none', async () => {
    const { questions } = questionsOf();
    expect(
      await questions.find([
        { source: 'main', sku: 'A' },
        { source: 'side', sku: 'A' },
      ]),
    ).toEqual(['A']);
    expect(await questions.find([])).toEqual([]);
  });

  it('give versions that never fall, though our clock is set back', async () => {
    const { questions, clock } = questionsOf();
    const { version } = await questions.ask(new Map());
    clock.nowMs -= 60_000;
    expect((await questions.ask(new Map())).version).toBe(version);
  });
});
