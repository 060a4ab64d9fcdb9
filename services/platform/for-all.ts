/** What waits for the broker at once: its queue takes no more than so many bytes, and refuses the rest. */
const atOnce = 1_000;

/** Does it for all, some at a time: an act by cause, or what a first load has held, may be of fifty thousand. */
export async function forAll<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce)
    await Promise.all(items.slice(from, from + atOnce).map((item) => act(item)));
}
