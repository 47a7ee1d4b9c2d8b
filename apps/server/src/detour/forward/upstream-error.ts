/** An upstream can't be had: its file names none. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code = 'NO_UPSTREAM';
}
