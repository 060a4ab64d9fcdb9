import type { ChosenOption, GiftMessage } from '../../../schemas/types.ts';
import type { MagentoGiftMessage, MagentoOrderItem } from '../../magento/order-item-shape.ts';
import { contractDecimal } from '../../platform/decimal.ts';

/** The order tells none: see `OptionLabels`. */
const unlabelled = { label: null, valueLabels: [] };

/** What was chosen with a product: the order holds ids and what was typed, and no labels (FACTS section 13). */
export function chosenOptionsOf(item: MagentoOrderItem): ChosenOption[] {
  const chosen = item.product_option.extension_attributes;
  const links = chosen.downloadable_option.downloadable_links;
  return [
    ...chosen.custom_options.map((option) => plain('custom', option)),
    ...chosen.configurable_item_options.map((option) => plain('configurable', option)),
    ...chosen.bundle_options.map(({ option_id, option_qty, option_selections }) => ({
      kind: 'bundle',
      optionId: option_id,
      values: option_selections,
      quantity: option_qty === null ? null : contractDecimal(option_qty),
      ...unlabelled,
    })),
    ...(links.length === 0 ? [] : [plain('downloadable', { option_id: '', option_value: links })]),
  ];
}

/** A date comes as a list that says it twice. */
function plain(kind: string, option: { option_id: string; option_value: string[] }): ChosenOption {
  const values = [...new Set(option.option_value)];
  return { kind, optionId: option.option_id, values, quantity: null, ...unlabelled };
}

export function giftMessageOf(source: MagentoGiftMessage): GiftMessage | null {
  return source && { sender: source.sender, recipient: source.recipient, message: source.message };
}

/** `1,4` as Magento keeps the ids of rules. */
export function idsOf(text: string | null): number[] {
  return (text ?? '')
    .split(',')
    .filter((id) => /^\d{1,15}$/.test(id))
    .map(Number);
}
