import { RestError } from '../rest/errors.ts';
import type { Call, Route } from '../rest/call.ts';
import type { Json } from '../rest/json.ts';
import { letters } from '../shop.ts';

/** Length of the tokens that the real shop gives out (a JWT). */
const TOKEN_CHARACTERS = 151;

/** Admin sign-in: answers a bare JSON string (FACTS section 1). */
export const adminTokenRoutes: Route[] = [
  { method: 'POST', path: '/V1/integration/admin/token', resource: 'anonymous', handle: signIn },
];

function signIn({ shop, body }: Call): Json {
  if (body['username'] !== shop.admin.username || body['password'] !== shop.admin.password) {
    throw new RestError(
      401,
      'The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later.',
    );
  }
  const token = letters(shop, TOKEN_CHARACTERS);
  shop.adminTokens.add(token);
  return token;
}
