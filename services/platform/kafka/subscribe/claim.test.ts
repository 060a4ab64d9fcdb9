import { describe, expect, it } from '@jest/globals';
import { doneAboveIn, takeOver, writeClaim } from './claim.ts';

const bounds = { earliest: 10, end: 100, topicId: 'one' };
const metadata = (claimed: number, clean: boolean) =>
  writeClaim({ claimed: claimed, clean, by: 'me', topicId: 'one' });

it('what is finished above the offset is told, by whatever else a version writes or none', () => {
  const claim = { claimed: 50, clean: false, by: 'me', topicId: null };
  expect(doneAboveIn(writeClaim({ ...claim, doneAbove: 7 }))).toBe(7);
  for (const other of [
    writeClaim(claim),
    '{',
    '',
    null,
    '{"doneAbove":9}',
    '{"claimed":1,"clean":true,"by":"x","doneAbove":"2"}',
  ])
    expect(doneAboveIn(other)).toBe(0);
});

describe('taking a partition over', () => {
  it('of a group that never committed begins at the earliest record', () => {
    expect(takeOver({ offset: null, metadata: null }, bounds)).toEqual({
      start: 10,
      claimed: 10,
      clean: true,
      allInDoubt: false,
      by: null,
      catchUpTo: 100,
      topicId: 'one',
      gap: null,
    });
  });

  it('learns from the claim what the predecessor may have been working on', () => {
    expect(takeOver({ offset: 20, metadata: metadata(50, false) }, bounds)).toMatchObject({
      start: 20,
      claimed: 50,
      clean: false,
      by: 'me',
      // What has waited since is read as well before anything is written.
      catchUpTo: 100,
    });
    expect(takeOver({ offset: 20, metadata: metadata(50, true) }, bounds)).toMatchObject({
      claimed: 50,
      clean: true,
    });
  });

  it('keeps the id of the topic that the predecessor stood on, when the broker tells none', () => {
    const stored = { offset: 20, metadata: metadata(50, false) };
    expect(takeOver(stored, { ...bounds, topicId: null }).topicId).toBe('one');
  });

  it('is clean when everything below the claim was finished, however the predecessor ended', () => {
    expect(takeOver({ offset: 50, metadata: metadata(50, false) }, bounds)).toMatchObject({
      claimed: 50,
      clean: true,
    });
  });

  it('after an operator has set the offset believes that nothing is in work', () => {
    expect(takeOver({ offset: 30, metadata: null }, bounds)).toMatchObject({
      start: 30,
      claimed: 30,
      clean: true,
      catchUpTo: 100,
    });
  });

  it('doubts everything up to the end when it cannot read the metadata', () => {
    for (const text of ['{', '{"claimed":"50"}', '7', '{"v":2}']) {
      expect(takeOver({ offset: 30, metadata: text }, bounds)).toMatchObject({
        start: 30,
        claimed: 100,
        clean: false,
      });
    }
  });

  it('says a gap when the records were deleted unread, and keeps the claim', () => {
    const taken = takeOver({ offset: 4, metadata: metadata(50, false) }, bounds);
    expect(taken).toMatchObject({ start: 10, claimed: 50, clean: false, allInDoubt: true });
    expect(taken.gap).toMatch(/6 records were deleted unread/);
  });

  it('doubts what comes where all was deleted that was in work, unless nothing was', () => {
    const inWork = takeOver({ offset: 4, metadata: metadata(8, false) }, bounds);
    expect(inWork).toMatchObject({ start: 10, claimed: 10, clean: false, allInDoubt: true });
    for (const text of [metadata(8, true), ''])
      expect(takeOver({ offset: 4, metadata: text }, bounds)).toMatchObject({
        clean: true,
        allInDoubt: false,
      });
  });

  it('doubts everything when kafkajs has reset the offset and with it the claim', () => {
    const taken = takeOver({ offset: null, metadata: 'offset out of range' }, bounds);
    expect(taken).toMatchObject({ start: 10, claimed: 100, clean: false });
    expect(taken.gap).toMatch(/out of range/);
  });

  it.each([
    ['an offset beyond its end', { offset: 500, metadata: metadata(600, false) }, bounds],
    ['a claim beyond its end', { offset: 50, metadata: metadata(600, false) }, bounds],
    ['another id', { offset: 50, metadata: metadata(60, false) }, { ...bounds, topicId: 'two' }],
  ])(
    'knows a recreated topic by %s: a gap, and what was begun for the old one is in doubt',
    (_, stored, at) => {
      const taken = takeOver(stored, at);
      expect(taken).toMatchObject({ start: 10, claimed: 100, clean: false, allInDoubt: true });
      expect(taken.gap).toMatch(/recreated/);
    },
  );

  it.each([
    ['recreated', { offset: 50, metadata: metadata(60, false) }, { ...bounds, topicId: 'two' }],
    ['whose offset was lost', { offset: null, metadata: '' }, bounds],
  ])('doubts what comes also on a topic %s that is empty yet', (_, stored, at) => {
    expect(takeOver(stored, { ...at, end: at.earliest })).toMatchObject({ clean: false, allInDoubt: true });
  });

  it('has nothing in doubt of a topic that was recreated after its reader had left cleanly', () => {
    const left = { offset: 50, metadata: metadata(60, true) };
    expect(takeOver(left, { ...bounds, topicId: 'two' })).toMatchObject({ clean: true, allInDoubt: false });
  });
});
