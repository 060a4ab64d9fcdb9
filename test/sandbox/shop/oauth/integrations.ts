/** One integration of the shop with its four credentials. */
export interface Credentials {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
}

export interface Integration extends Credentials {
  consumerId: number;
  /** `all`, or the ACL resources granted by name. */
  resources: 'all' | readonly string[];
  status: 'active' | 'inactive' | 'deleted';
}

/** An admin account: its token is sent as Bearer. */
export interface AdminAccount {
  username: string;
  password: string;
}

/** `Magento_Backend::admin` is granted to every integration, named or not (FACTS section 1). */
export function isGranted(integration: Integration, resource: string): boolean {
  if (integration.status !== 'active') return false;
  return (
    integration.resources === 'all' ||
    resource === 'Magento_Backend::admin' ||
    integration.resources.includes(resource)
  );
}
