import type { Recipe } from '../../services/platform/config/sections/recipe.ts';
import { shippedRecipe } from '../sandbox/http-erp/recipes.ts';

export const restVariables = {
  ERPNEXT_API_KEY: 'key',
  ERPNEXT_API_SECRET: 'secret',
  ERPNEXT_COMPANY: 'Mugs Ltd',
  ERPNEXT_TAX_ACCOUNT: 'VAT - M',
  ERPNEXT_SHIPPING_ACCOUNT: 'Freight - M',
  ERPNEXT_FEES_ACCOUNT: 'Fees - M',
};

/** The recipe for ERPNext that ships, for the stand-in at an address. */
export function restRecipe(url: string): Recipe {
  return shippedRecipe('erpnext.yaml', { ...restVariables, ERPNEXT_URL: url });
}
