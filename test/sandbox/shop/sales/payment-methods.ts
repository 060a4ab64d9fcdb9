import type { OrderRow } from '../state/sales-rows.ts';

/** How the payment methods of the shop are called. */
const PAYMENT_TITLES: Record<string, string> = {
  checkmo: 'Check / Money order',
  banktransfer: 'Bank Transfer Payment',
  cashondelivery: 'Cash On Delivery',
  purchaseorder: 'Purchase Order',
  free: 'No Payment Information Required',
  sandbox_card: 'Card (of the sandbox)',
};

/** Has a gateway, that gives money back; all others are refunded outside of the shop. */
const ONLINE = 'sandbox_card';

export function canRefundOnline({ payment_method }: OrderRow): boolean {
  return payment_method === ONLINE;
}

export function paymentTitle({ payment_method }: OrderRow): string {
  return PAYMENT_TITLES[payment_method] ?? payment_method;
}
