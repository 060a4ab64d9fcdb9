import { isGranted } from '../oauth/integrations.ts';
import { oauthParameters } from '../oauth/header.ts';
import { verify } from '../oauth/verify.ts';
import type { SignedRequest } from '../oauth/base-string.ts';
import type { Shop } from '../shop.ts';
import { RestError } from './errors.ts';

/**
 * May this request use the resource? Every way of being nobody, and of being somebody without the right,
 * has the same 401 and the same message; Magento never answers 403 (FACTS section 1).
 *
 * @throws RestError 400 or 401
 */
export function authorize(
  shop: Shop,
  resource: string,
  request: SignedRequest,
  authorization: string | undefined,
): void {
  if (resource === 'anonymous') return;
  if (!isAllowed(shop, resource, request, authorization)) {
    throw new RestError(401, "The consumer isn't authorized to access %resources.", { resources: resource });
  }
}

function isAllowed(
  shop: Shop,
  resource: string,
  request: SignedRequest,
  authorization: string | undefined,
): boolean {
  const oauth = oauthParameters(authorization);
  if (oauth !== null) {
    const context = { integrations: shop.integrations, nonces: shop.nonces, nowMs: shop.clock.nowMs() };
    return isGranted(verify(request, oauth, context), resource);
  }
  const bearer = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) return false;
  if (shop.adminTokens.has(bearer)) return true;
  const integration = shop.integrations.find(({ accessToken }) => accessToken === bearer);
  return shop.bearerForIntegrations && integration !== undefined && isGranted(integration, resource);
}
