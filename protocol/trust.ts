/**
 * Whether the person trusts the workspace, for editors that know of that. A server that is told nothing takes it for
 * trusted.
 */

/** Method of the notification that carries a `TrustChange`. Client to server. */
export const trustMethod = 'lacuna/didChangeTrust';

export interface TrustChange {
  readonly trusted: boolean;
}

/** What `initializationOptions` may hold beside the settings. */
export interface InitialTrust {
  readonly workspaceTrusted?: boolean;
}
