import { expect, it } from '@jest/globals';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { applyComment } from './comment.ts';
import { documentOf } from './testing/document.ts';

/** Keeps of a comment what a database of three bytes a character keeps. */
function shopOf() {
  const kept: string[] = [];
  const order = () => ({
    entity_id: 9,
    increment_id: '42',
    status: 'processing',
    status_histories: kept.map((comment) => ({ comment })),
  });
  const magento = {
    orders: { inBrief: () => Promise.resolve({ items: [order()], unreadable: [] }) },
    orderComments: {
      add: (_id: number, { text }: { text: string }) => {
        kept.push(text.replaceAll('\u{1F600}', '????'));
        return Promise.resolve();
      },
    },
  };
  const fulfilments = fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers: {} });
  const apply = (text: string) =>
    applyComment(
      documentOf({ kind: 'comment', text }),
      { number: 1, mode: 'on', assertCurrent: () => undefined },
      { magento: magento as never, fulfilments, storeIds: { of: () => Promise.resolve(1) } },
    );
  return { apply, kept };
}

it('a comment is told once, also where the shop keeps it otherwise', async () => {
  const { apply, kept } = shopOf();
  for (const text of ['Delayed ', 'On its way \u{1F600}']) {
    expect(await apply(text)).toMatchObject({ status: 'applied' });
    expect(await apply(text)).toMatchObject({ status: 'unchanged' });
  }
  expect(kept).toEqual(['Delayed', 'On its way ????']);
  await expect(apply(' ')).rejects.toThrow('comment.empty');
});
