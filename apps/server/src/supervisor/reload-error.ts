/**
 * A configuration is right, and can't be gone over to. The message is one line: what, where, what to do. The one
 * before goes on.
 */
export class ReloadError extends Error {
  override readonly name = 'ReloadError';
}
